"""Status, assignee, note and answer of the open rating, and a change that came too late."""

import streamlit as st

from core.feedback.types import ReviewStatus
from core.permissions import Actor, Permission
from core.review.triage_changes import MAX_ANSWER_CHARS, MAX_NOTE_CHARS
from core.review.triage_types import Changes
from ui.components.review_acts import (
    OpenRating,
    apply_mine,
    done_and_next,
    field_of,
    follow_notes,
    keep_theirs,
    say,
    set_status,
    skip,
)
from ui.components.review_words import FIELD_WORDS, STATUS_WORDS, said
from ui.guard import require
from ui.resources import workbench
from ui.session import session
from ui.text import ago, facts, plain

_NOBODY = "nobody"


def triage_panel(actor: Actor, open: OpenRating) -> None:
    """Each change is written at once; note and answer with their button, or with “Done”."""
    _too_late(open)
    _status(actor, open)
    _next(open)


def notes_panel(open: OpenRating) -> None:
    """What is for reviewers, and what is for whoever rated."""
    given = open.row.feedback
    follow_notes(open)
    for name, label, most, placeholder in (
        ("note", "Internal note", MAX_NOTE_CHARS, "For reviewers only"),
        (
            "answer",
            f"Answer to {open.row.username}",
            MAX_ANSWER_CHARS,
            "Seen under the rating, in the history and on the start page",
        ),
    ):
        st.text_area(
            plain(label),
            key=field_of(open.id, name),
            max_chars=most,
            height="content",
            placeholder=placeholder,
            persist_state="session",
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Save note and answer",
            key="review-save-notes",
            icon=":material/check:",
            on_click=_save,
            args=(open,),
        )
        answered = f"answered {ago(given.answered_at)}" if given.answered_at else ""
        unsaved = "not saved yet" if open.drafted().given else ""
        st.caption(facts(answered, unsaved))


def _status(actor: Actor, open: OpenRating) -> None:
    given = open.row.feedback
    key = open.widget("status")
    st.session_state[key] = given.review_status
    st.segmented_control(
        "Status",
        list(ReviewStatus),
        key=key,
        required=True,
        format_func=lambda status: STATUS_WORDS[status],
        on_change=_status_chosen,
        args=(open,),
    )
    with st.container(horizontal=True):
        if given.review_status is ReviewStatus.FIXED:
            _fixed_in(actor, open)
        _assignee(actor, open)


def _fixed_in(actor: Actor, open: OpenRating) -> None:
    kept = open.row.feedback.fixed_in
    known = workbench().triage.revisions(actor, open.id)
    key = open.widget("fixed-in")
    st.session_state[key] = kept
    st.selectbox(
        "Fixed in",
        list(dict.fromkeys([*known, *([kept] if kept else [])])),
        index=None,
        key=key,
        format_func=lambda revision: revision[:20],
        placeholder="revision (optional)",
        accept_new_options=True,
        width=190,
        on_change=_fixed_in_chosen,
        args=(open,),
    )


def _assignee(actor: Actor, open: OpenRating) -> None:
    kept = open.row.triage.assignee or _NOBODY
    key = open.widget("assignee")
    st.session_state[key] = kept
    st.selectbox(
        "Assignee",
        list(dict.fromkeys([_NOBODY, *workbench().triage.reviewers(actor), kept])),
        key=key,
        width=160,
        on_change=_assignee_chosen,
        args=(open,),
    )


def _next(open: OpenRating) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Done and next",
            key="review-done",
            type="primary",
            icon=":material/done:",
            help="Keeps what is typed, sets a new one to triaged, and opens the next new one (N)",
            on_click=done_and_next,
            args=(open,),
        )
        if open.view.queue is not None:
            st.button(
                "Skip",
                key="review-skip",
                icon=":material/skip_next:",
                help="Gives it back for somebody else, and opens the next one (J)",
                on_click=skip,
                args=(open,),
            )


def _too_late(open: OpenRating) -> None:
    """Both versions side by side; nothing is written before one of them is chosen."""
    stale = session().stale_review
    if stale is None or stale.feedback_id != open.id:
        return
    with st.container(border=True):
        by = ", ".join(map(plain, stale.error.by))
        st.warning(
            f"Changed meanwhile{f' by {by}' if by else ''}. Yours is not written yet.",
            icon=":material/call_split:",
        )
        st.table(
            [
                {
                    "Field": FIELD_WORDS.get(each.field, each.field),
                    "Theirs": plain(said(each.field, each.theirs)),
                    "Yours": plain(said(each.field, each.yours)),
                }
                for each in stale.error.differences
            ],
            hide_index=True,
        )
        with st.container(horizontal=True):
            st.button("Keep theirs", key="review-keep-theirs", on_click=keep_theirs, args=(open,))
            st.button("Apply mine on top", key="review-apply-mine", on_click=apply_mine)


def _save(open: OpenRating) -> None:
    require(Permission.REVIEW)
    changes = open.drafted()
    if changes.given:
        say(open, changes)


def _status_chosen(open: OpenRating) -> None:
    set_status(open, st.session_state[open.widget("status")])


def _fixed_in_chosen(open: OpenRating) -> None:
    revision = st.session_state[open.widget("fixed-in")]
    if say(open, Changes(fixed_in=revision)):
        session().fixed_in[open.row.model] = revision


def _assignee_chosen(open: OpenRating) -> None:
    name = st.session_state[open.widget("assignee")]
    say(open, Changes(assignee=None if name == _NOBODY else name))
