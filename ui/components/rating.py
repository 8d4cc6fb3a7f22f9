"""The rating under every result: stars, tags, a comment, and one button."""

from uuid import UUID

import streamlit as st

from core.feedback.checks import MAX_COMMENT_CHARS, MAX_TAG_CHARS
from core.feedback.types import SUGGESTED_TAGS, Feedback
from core.permissions import Actor, Permission
from core.runs.types import Task
from ui.components.answer import answer_line
from ui.components.keys import pressed
from ui.components.rating_draft import RatingDraft
from ui.components.rating_step import failed_step_choice
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.session import session
from ui.text import plain


@st.fragment
def rating_panel(run_id: UUID, task: Task, *, key: str, report: bool = False) -> None:
    """Stars, tags and comment for one run, with what is saved and what is not.

    A half-written rating stays as a draft while the browser tab lives. `key` tells panels of the
    same run on one page apart. A bad `report` on boxes is asked which step failed.
    """
    actor = require()
    if not actor.may(Permission.RATE):
        st.caption("Your role cannot rate results; an administrator can change that.")
        return
    with shown():
        _draw(actor, RatingDraft(run_id, task, key, report))


def _draw(actor: Actor, panel: RatingDraft) -> None:
    saved = workbench().feedback.own(actor, panel.run_id)
    panel.follow(saved)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.feedback("stars", key=panel.widget("stars"), persist_state="session")
        _tag_chips(panel)
    if panel.asks_step:
        failed_step_choice(panel)
    with st.container(horizontal=True):
        st.text_area(
            "Comment",
            key=panel.widget("comment"),
            max_chars=MAX_COMMENT_CHARS,
            height="content",
            placeholder="What is right or wrong here? (optional)",
            label_visibility="collapsed",
            persist_state="session",
        )
        st.text_input(
            "Own tag",
            key=panel.widget("own-tag"),
            max_chars=MAX_TAG_CHARS,
            placeholder="+ own tag",
            label_visibility="collapsed",
            width=120,
            on_change=_add_tag,
            args=(panel,),
        )
    _buttons(actor, panel, saved)
    if saved:
        answer_line(saved)


def _tag_chips(panel: RatingDraft) -> None:
    suggested = SUGGESTED_TAGS[panel.task]
    own = tuple(tag for tag in panel.tags if tag not in suggested)
    st.pills(
        "Tags",
        (*suggested, *own),
        selection_mode="multi",
        format_func=plain,
        key=panel.widget("tags"),
        label_visibility="collapsed",
        wrap=True,
        persist_state="session",
    )


def _buttons(actor: Actor, panel: RatingDraft, saved: Feedback | None) -> None:
    rating = panel.rating
    with st.container(horizontal=True, vertical_alignment="center"):
        clicked = st.button(
            "Save rating",
            key=panel.widget("save"),
            icon=":material/check:",
            disabled=rating is None,
            help="Choose 1 to 5 stars first; the keys 1 to 5 do." if rating is None else None,
        )
        if clicked and rating is not None:
            with shown():
                rated = workbench().feedback.rate(
                    actor,
                    panel.run_id,
                    rating,
                    panel.tags,
                    panel.comment,
                    failed_step=panel.failed_step,
                )
                saved = session().ratings[panel.run_id] = rated.feedback
                session().withdrawn_rating = None
        _state(panel, saved)
        pressed("12345", key=panel.widget("keys"), on_press=panel.set_stars)


def _state(panel: RatingDraft, saved: Feedback | None) -> None:
    withdrawn = session().withdrawn_rating
    if saved:
        st.button(
            "Withdraw",
            key=panel.widget("withdraw"),
            type="tertiary",
            on_click=_withdraw,
            args=(panel,),
        )
        at = saved.updated_at.strftime("%Y-%m-%d %H:%M UTC")
        changed = " Changed since; not saved yet." if panel.differs(saved) else ""
        st.caption(f"Saved {at}: {saved.rating} of 5.{changed}")
    elif withdrawn is not None and withdrawn.run_id == panel.run_id:
        st.button("Undo", key=panel.widget("undo"), on_click=_undo, args=(panel, withdrawn))
        st.caption("Rating withdrawn.")
    elif panel.rating is not None:
        st.caption("Not saved yet.")


def _add_tag(panel: RatingDraft) -> None:
    tag = st.session_state[panel.widget("own-tag")].strip()
    if tag and tag not in panel.tags:
        st.session_state[panel.widget("tags")] = [*panel.tags, tag]
    st.session_state[panel.widget("own-tag")] = ""


def _withdraw(panel: RatingDraft) -> None:
    actor = require(Permission.RATE)
    with shown():
        session().withdrawn_rating = workbench().feedback.withdraw(actor, panel.run_id)
        panel.show(None)


def _undo(panel: RatingDraft, withdrawn: Feedback) -> None:
    actor = require(Permission.RATE)
    with shown():
        workbench().feedback.rate(
            actor,
            panel.run_id,
            withdrawn.rating,
            withdrawn.tags,
            withdrawn.comment,
            failed_step=withdrawn.failed_step,
        )
        session().withdrawn_rating = None
        panel.show(withdrawn)
