"""From one rating to the next, with buttons, keys and a link to pass on."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

import streamlit as st

from core.feedback.types import ReviewStatus
from core.permissions import Actor, Permission
from core.review.triage_types import Changes
from core.review.types import FeedbackPage
from ui.components.review_acts import OpenRating, done_and_next, say, set_status, skip
from ui.components.review_keys import triage_keys
from ui.components.review_table import PAGE_SIZE
from ui.components.review_view import View, open_view, query_of
from ui.guard import require
from ui.resources import workbench
from ui.session import session


@dataclass(frozen=True)
class Neighbours:
    """The views with the ratings before and behind the open one; None at the ends."""

    before: View | None = None
    behind: View | None = None


def neighbours(actor: Actor, view: View, page: FeedbackPage) -> Neighbours:
    """In the table's order, over the ends of its page; without an open rating, its first one."""
    ids = [row.feedback.id for row in page.rows]
    if view.row is None:
        return Neighbours(behind=replace(view, row=ids[0]) if ids else None)
    if view.row in ids:
        at = ids.index(view.row)
        inside = {
            step: replace(view, row=ids[at + step]) for step in (-1, 1) if 0 <= at + step < len(ids)
        }
        if len(inside) == 2:
            return Neighbours(inside[-1], inside[1])
    before, behind = workbench().triage.beside(actor, view.filter, view.sort, view.row)
    return Neighbours(
        _turned(view, page, before, page.previous_cursor, -PAGE_SIZE),
        _turned(view, page, behind, page.next_cursor, len(ids)),
    )


def walk_keys(actor: Actor, open: OpenRating | None, beside: Neighbours) -> None:
    """J and K walk; the others act on the open rating."""

    def show(view: View | None) -> None:
        if view is not None:
            open_view(view)

    do = {"j": lambda: show(beside.behind), "k": lambda: show(beside.before)}
    if open is None:
        triage_keys(None, do)
        return
    if open.view.queue is not None:
        do |= {"j": lambda: skip(open), "k": lambda: back(open.view)}
    statuses = {"t": ReviewStatus.TRIAGED, "f": ReviewStatus.FIXED, "w": ReviewStatus.WONT_FIX}
    acts = {key: _setting(open, status) for key, status in statuses.items()}
    mine = Changes(assignee=actor.username)
    triage_keys(
        open.id,
        do | acts | {"a": lambda: _say(open, mine), "n": lambda: done_and_next(open)},
    )


def back(view: View) -> None:
    """Callback: the rating that was open in the queue before this one."""
    require(Permission.REVIEW)
    if session().queue_visited:
        open_view(replace(view, row=session().queue_visited.pop()))


def link_to(view: View) -> None:
    """The address of this rating within these filters, to be copied."""
    query = query_of(replace(view, cursor=None, first=1, queue=None))
    with st.popover(":material/link:", type="tertiary", help="Link to this rating"):
        address = str(st.context.url or "").partition("?")[0]
        st.code(f"{address}?{urlencode(query, doseq=True)}", language=None, wrap_lines=True)


def _setting(open: OpenRating, status: ReviewStatus) -> Callable[[], None]:
    def set_it() -> None:
        set_status(open, status)

    return set_it


def _say(open: OpenRating, changes: Changes) -> None:
    say(open, changes)


def _turned(
    view: View, page: FeedbackPage, id: UUID | None, cursor: str | None, step: int
) -> View | None:
    """The page turns where the walk leaves it; a row that is not of the page lets it stand."""
    ids = [row.feedback.id for row in page.rows]
    if id is None:
        return None
    if id in ids or view.row not in ids or cursor is None:
        return replace(view, row=id)
    return replace(view, row=id, cursor=cursor, first=max(1, view.first + step))
