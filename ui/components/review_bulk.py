"""Many ratings changed at once, and the last time of it taken back."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import streamlit as st

from core.feedback.types import ReviewStatus
from core.permissions import Actor, Permission
from core.review.triage_changes import MAX_REVISION_CHARS
from core.review.triage_types import UNSET, BulkResult, Changes
from ui.components.review_words import STATUS_WORDS
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.session import session
from ui.text import plain

_KEY = "review-bulk-"
_NOBODY = "nobody"


def bulk_menu(actor: Actor, seen: Mapping[UUID, datetime]) -> None:
    """Status and assignee for all that is ticked; what changed meanwhile is left as it is."""
    count = len(seen)
    menu = st.popover(
        f"Change {count} chosen" if count else "Change chosen",
        icon=":material/checklist:",
        disabled=not count,
        help=None if count else "Tick ratings in the table first; the box in its head ticks all",
    )
    if not count:
        return
    with menu:
        status = st.selectbox(
            "Status",
            list(ReviewStatus),
            index=None,
            key=f"{_KEY}status",
            format_func=lambda status: STATUS_WORDS[status],
            placeholder="as it is",
        )
        if status is ReviewStatus.FIXED:
            st.text_input(
                "Fixed in",
                key=f"{_KEY}fixed-in",
                max_chars=MAX_REVISION_CHARS,
                placeholder="revision (optional)",
            )
        assignee = st.selectbox(
            "Assignee",
            [_NOBODY, *workbench().triage.reviewers(actor)],
            index=None,
            key=f"{_KEY}assignee",
            placeholder="as it is",
        )
        st.button(
            f"Apply to {count}",
            key=f"{_KEY}apply",
            type="primary",
            disabled=status is None and assignee is None,
            on_click=_apply,
            args=(dict(seen),),
        )


def bulk_outcome() -> None:
    """What came of the last time, and the way back."""
    done = session().bulk
    if done is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f":material/done_all: {_words(done)}")
        if done.undo:
            st.button("Undo", key=f"{_KEY}undo", icon=":material/undo:", on_click=_undo)
        st.button("Dismiss", key=f"{_KEY}dismiss", type="tertiary", on_click=_dismiss)


def _words(done: BulkResult) -> str:
    parts = [f"{done.changed} changed"]
    if done.conflicts:
        parts.append(f"{done.conflicts} left untouched, as somebody changed them meanwhile")
    if done.gone:
        parts.append(f"{done.gone} withdrawn meanwhile")
    return plain("; ".join(parts)) + "."


def _apply(seen: Mapping[UUID, datetime]) -> None:
    actor = require(Permission.REVIEW)
    status = st.session_state[f"{_KEY}status"]
    assignee = st.session_state[f"{_KEY}assignee"]
    fixed_in = st.session_state.get(f"{_KEY}fixed-in") or None
    fixed = status is ReviewStatus.FIXED
    changes = Changes(
        status=UNSET if status is None else status,
        fixed_in=fixed_in if fixed else UNSET,
        assignee=UNSET if assignee is None else None if assignee == _NOBODY else assignee,
    )
    with shown():
        session().bulk = workbench().triage.review_many(actor, seen, changes)
        for name in ("status", "assignee"):
            st.session_state[f"{_KEY}{name}"] = None


def _undo() -> None:
    actor = require(Permission.REVIEW)
    done = session().bulk
    if done is None:
        return
    with shown():
        back = workbench().triage.undo(actor, done.undo)
        session().bulk = BulkResult(back.changed, back.conflicts, back.gone, {})


def _dismiss() -> None:
    require(Permission.REVIEW)
    session().bulk = None
