"""What a click or a key does to the open rating; a rating changed meanwhile stays as it is."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import streamlit as st

from core.feedback.types import ReviewStatus
from core.permissions import Actor, Permission
from core.review.triage_types import ChangedMeanwhile, Changes
from core.review.types import FeedbackRow
from ui.components.review_view import View, show_in_address
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.session import Note, StaleReview, session

DONE = "Nothing is left in this queue"
NO_NOTE = Note("", 0)


@dataclass(frozen=True)
class OpenRating:
    """The rating on the screen as it was seen there, and the keys of its widgets."""

    view: View
    row: FeedbackRow

    @property
    def id(self) -> UUID:
        return self.row.feedback.id

    @property
    def seen_at(self) -> datetime:
        return self.row.feedback.updated_at

    def widget(self, name: str) -> str:
        """A key that changes with the rating: the browser may still tell what a control said of it
        as it was, and that must not be taken for a choice."""
        return f"review-{name}-{self.id}-{self.seen_at:%H%M%S%f}"

    @property
    def texts(self) -> dict[str, str]:
        """Note and answer as they are kept."""
        return {"note": self.row.triage.note, "answer": self.row.feedback.answer}

    def drafted(self) -> Changes:
        """Note and answer as they stand in their fields, where they differ from what is kept."""
        changes: dict[str, Any] = {}
        for name, kept in self.texts.items():
            typed = st.session_state.get(field_of(self.id, name))
            if typed is not None and typed.strip() != kept:
                changes[name] = typed
        return Changes(**changes)


def field_of(feedback_id: UUID, name: str) -> str:
    """The key of the field for a note or an answer."""
    return f"review-{name}-{feedback_id}-{session().notes.get((feedback_id, name), NO_NOTE).turn}"


def follow_notes(open: OpenRating) -> None:
    """Let the fields show what is kept, also where somebody else wrote it; a draft stays.

    What is kept anew stands in a new field, as the browser may still tell of the old one.
    """
    for name, kept in open.texts.items():
        known = session().notes.get((open.id, name))
        if known is not None and known.kept == kept:
            continue
        typed = st.session_state.get(field_of(open.id, name)) if known else None
        drafted = typed is not None and known is not None and typed.strip() != known.kept
        _fill(open.id, name, kept, typed if drafted else kept)


def _fill(feedback_id: UUID, name: str, kept: str, shown: str | None) -> None:
    before = session().notes.get((feedback_id, name), NO_NOTE)
    session().notes[feedback_id, name] = Note(kept, before.turn + 1)
    st.session_state[field_of(feedback_id, name)] = shown


def say(open: OpenRating, changes: Changes) -> bool:
    """Write the changes; False where they were refused, which is then said on the page."""
    return _write(require(Permission.REVIEW), open.id, open.seen_at, changes)


def set_status(open: OpenRating, status: ReviewStatus) -> bool:
    """A fixed one is fixed in the revision named last for its model."""
    if status is ReviewStatus.FIXED:
        return say(open, Changes(status, session().fixed_in.get(open.row.model)))
    return say(open, Changes(status))


def done_and_next(open: OpenRating) -> None:
    """Callback: what is typed is kept, what is new still is triaged, and the next one opens."""
    actor = require(Permission.REVIEW)
    changes = open.drafted()
    if open.row.feedback.review_status is ReviewStatus.NEW:
        changes = replace(changes, status=ReviewStatus.TRIAGED)
    if changes.given and not say(open, changes):
        return
    go_on(actor, open.view, open.id)


def skip(open: OpenRating) -> None:
    """Callback: give back a rating that is new still, and open the next one."""
    actor = require(Permission.REVIEW)
    mine = open.row.triage.assignee == actor.username
    new = open.row.feedback.review_status is ReviewStatus.NEW
    if mine and new and not say(open, Changes(assignee=None)):
        return
    go_on(actor, open.view, open.id)


def start_queue(view: View) -> None:
    """Callback: take the first one, and leave the table for it."""
    actor = require(Permission.REVIEW)
    session().queue_visited.clear()
    with shown():
        claimed = workbench().triage.claim(actor, view.filter, view.sort)
        if claimed is None:
            session().queue_ended = view.filter, DONE
        else:
            queue = claimed.left.n
            show_in_address(replace(view, row=claimed.row.feedback.id, queue=queue))


def go_on(actor: Actor, view: View, after: UUID) -> None:
    """Open the next new rating, in the queue or beside the table; say so where none is left."""
    with shown():
        claimed = workbench().triage.claim(actor, view.filter, view.sort, after)
        if claimed is not None:
            session().queue_visited.append(after)
            show_in_address(replace(view, row=claimed.row.feedback.id))
            return
        left = workbench().triage.left(actor, view.filter)
        others = f"; {left} new ones are with others, or skipped" if left.n else ""
        session().queue_ended = view.filter, f"{DONE}{others}"
        show_in_address(replace(view, row=None, queue=None))


def keep_theirs(open: OpenRating) -> None:
    """Callback: what was to be said is dropped."""
    require(Permission.REVIEW)
    session().stale_review = None
    for name, kept in open.texts.items():
        _fill(open.id, name, kept, kept)


def apply_mine() -> None:
    """Callback: say it of the rating as it is now."""
    actor = require(Permission.REVIEW)
    stale = session().stale_review
    if stale is not None:
        session().stale_review = None
        _write(actor, stale.feedback_id, stale.error.now.feedback.updated_at, stale.changes)


def _write(actor: Actor, feedback_id: UUID, seen_at: datetime, changes: Changes) -> bool:
    with shown():
        try:
            workbench().triage.review(actor, feedback_id, seen_at, changes)
        except ChangedMeanwhile as error:
            session().stale_review = StaleReview(feedback_id, changes, error)
            return False
        return True
    return False
