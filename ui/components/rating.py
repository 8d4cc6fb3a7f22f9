"""The rating under every result: stars, tags, a comment, and one button."""

from uuid import UUID

import streamlit as st

from core.feedback.checks import MAX_COMMENT_CHARS, MAX_TAG_CHARS
from core.feedback.drafts import Draft
from core.feedback.types import SUGGESTED_TAGS, Feedback
from core.permissions import Actor, Permission
from core.runs.types import Task
from ui.components.answer import answer_line
from ui.components.keys import pressed
from ui.components.rating_correction import correction_button, correction_field
from ui.components.rating_draft import RatingDraft
from ui.components.rating_history import rating_history
from ui.components.rating_step import failed_step_choice
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.session import session
from ui.text import plain


@st.fragment
def rating_panel(
    run_id: UUID, task: Task, *, key: str, report: bool = False, texts: tuple[str, ...] = ()
) -> None:
    """Stars, tags and comment for one run, with what is saved and what is not.

    A half-written rating is kept as a draft, which a reload or another tab shows again. `key`
    tells panels of the same run on one page apart. A bad `report` on boxes is asked which step
    failed. `texts` are the outputs of a generation as people read them, to be corrected.
    """
    actor = require()
    if not actor.may(Permission.RATE):
        st.caption("Your role cannot rate results; an administrator can change that.")
        return
    with shown():
        _draw(actor, RatingDraft(run_id, task, key, report, texts))


def _draw(actor: Actor, panel: RatingDraft) -> None:
    standing = workbench().drafts.standing(actor, panel.run_id)
    kept = panel.follow(actor, standing)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.feedback("stars", key=panel.widget("stars"), persist_state="session")
        _tag_chips(actor, panel)
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
    correction_field(panel)
    if _buttons(actor, panel, standing.saved, kept=kept):
        standing = workbench().drafts.standing(actor, panel.run_id)
    if standing.saved:
        answer_line(standing.saved)
    rating_history(standing.happenings, you=actor.username)


def _tag_chips(actor: Actor, panel: RatingDraft) -> None:
    """The suggested ones, then the person's usual ones, then what is set beside these."""
    suggested = SUGGESTED_TAGS[panel.task]
    usual = session().own_tags.get(panel.task)
    if usual is None:
        usual = session().own_tags[panel.task] = workbench().feedback.frequent_tags(
            actor, panel.task
        )
    st.pills(
        "Tags",
        tuple(dict.fromkeys((*suggested, *usual, *panel.tags))),
        selection_mode="multi",
        format_func=plain,
        key=panel.widget("tags"),
        label_visibility="collapsed",
        wrap=True,
        persist_state="session",
    )


def _buttons(actor: Actor, panel: RatingDraft, saved: Feedback | None, *, kept: bool) -> bool:
    """Whether something was just saved."""
    rating, said = panel.rating, False
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
                    corrected_text=panel.corrected_text,
                )
                saved, kept, said = rated.feedback, False, True
                session().withdrawn_rating = None
                session().own_tags.pop(panel.task, None)
        correction_button(panel)
        _state(panel, saved, kept=kept)
        pressed("12345", key=panel.widget("keys"), on_press=panel.set_stars)
    return said


def _state(panel: RatingDraft, saved: Feedback | None, *, kept: bool) -> None:
    withdrawn = session().withdrawn_rating
    words = []
    if saved:
        st.button(
            "Withdraw",
            key=panel.widget("withdraw"),
            type="tertiary",
            on_click=_withdraw,
            args=(panel,),
        )
        words.append(f"Saved {saved.updated_at:%Y-%m-%d %H:%M} UTC: {saved.rating} of 5.")
    elif withdrawn is not None and withdrawn.run_id == panel.run_id:
        st.button("Undo", key=panel.widget("undo"), on_click=_undo, args=(panel,))
        words.append("Rating withdrawn.")
    if panel.contents != Draft.of(saved):
        st.button(
            "Discard",
            key=panel.widget("discard"),
            type="tertiary",
            help="Back to what is saved" if saved else "Empty the fields",
            on_click=_discard,
            args=(panel, saved),
        )
        words.append("Changed since; not saved yet." if saved else "Not saved yet.")
        words.append("Draft kept." if kept else "The draft is in this tab only.")
    if words:
        st.caption(" ".join(words))


def _add_tag(panel: RatingDraft) -> None:
    tag = st.session_state[panel.widget("own-tag")].strip()
    if tag and tag not in panel.tags:
        st.session_state[panel.widget("tags")] = [*panel.tags, tag]
    st.session_state[panel.widget("own-tag")] = ""


def _withdraw(panel: RatingDraft) -> None:
    actor = require(Permission.RATE)
    with shown():
        session().withdrawn_rating = workbench().feedback.withdraw(actor, panel.run_id)
        panel.show(Draft())


def _undo(panel: RatingDraft) -> None:
    actor = require(Permission.RATE)
    with shown():
        panel.show(Draft.of(workbench().feedback.put_back(actor, panel.run_id)))
        session().withdrawn_rating = None


def _discard(panel: RatingDraft, saved: Feedback | None) -> None:
    actor = require(Permission.RATE)
    with shown():
        workbench().drafts.discard(actor, panel.run_id)
        panel.show(Draft.of(saved))
