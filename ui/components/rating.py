"""The rating under every result: stars, tags, a comment, and one button."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import streamlit as st

from core.errors import GlimpseError, Unavailable
from core.feedback.checks import MAX_COMMENT_CHARS, MAX_TAG_CHARS
from core.feedback.drafts import Draft
from core.feedback.types import SUGGESTED_TAGS
from core.permissions import Permission
from core.runs.types import Task
from ui.components.answer import answer_line
from ui.components.keys import pressed
from ui.components.rating_correction import correction_button, correction_field
from ui.components.rating_draft import RatingDraft
from ui.components.rating_history import rating_history
from ui.components.rating_standing import Desk, opened, person, watch
from ui.components.rating_step import failed_step_choice
from ui.errors import shown
from ui.guard import actor, actor_or_recalled
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
    failed. `texts` are the outputs of a generation as people read them, to be corrected. While
    the database is away the panel stands as it is, and what is saved is kept on this server.
    """
    who = actor_or_recalled()
    if not person(who).may(Permission.RATE):
        st.caption("Your role cannot rate results; an administrator can change that.")
        return
    with shown():
        _draw(opened(who, run_id), RatingDraft(run_id, task, key, report, texts))


def _draw(desk: Desk, panel: RatingDraft) -> None:
    kept = not desk.away and panel.follow(desk.actor, desk.standing, desk.said)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.feedback("stars", key=panel.widget("stars"), persist_state="session")
        _tag_chips(desk, panel)
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
    desk = _buttons(desk, panel, kept=kept)
    _problem(panel)
    if desk.standing.saved:
        answer_line(desk.standing.saved)
    rating_history(desk.standing.happenings, you=desk.actor.username)
    watch(desk)


def _tag_chips(desk: Desk, panel: RatingDraft) -> None:
    """The suggested ones, then the person's usual ones, then what is set beside these."""
    suggested = SUGGESTED_TAGS[panel.task]
    usual = session().own_tags.get(panel.task)
    if usual is None and not desk.away:
        usual = session().own_tags[panel.task] = workbench().feedback.frequent_tags(
            desk.actor, panel.task
        )
    st.pills(
        "Tags",
        tuple(dict.fromkeys((*suggested, *(usual or ()), *panel.tags))),
        selection_mode="multi",
        format_func=plain,
        key=panel.widget("tags"),
        label_visibility="collapsed",
        wrap=True,
        persist_state="session",
    )


def _buttons(desk: Desk, panel: RatingDraft, *, kept: bool) -> Desk:
    """How it stands after what was clicked."""
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
                desk, kept = desk.say(panel.say(rating)), False
                session().withdrawn_rating = None
                session().own_tags.pop(panel.task, None)
        correction_button(panel)
        _state(desk, panel, kept=kept)
        pressed("12345", key=panel.widget("keys"), on_press=panel.set_stars)
    return desk


def _state(desk: Desk, panel: RatingDraft, *, kept: bool) -> None:
    withdrawn, saved = session().withdrawn_rating, desk.standing.saved
    words = [desk.words]
    if saved:
        st.button(
            "Withdraw",
            key=panel.widget("withdraw"),
            type="tertiary",
            on_click=_withdraw,
            args=(panel,),
        )
        if desk.said == Draft.of(saved):
            words.append(f"Saved {saved.updated_at:%Y-%m-%d %H:%M} UTC: {saved.rating} of 5.")
    elif withdrawn is not None and withdrawn.run_id == panel.run_id:
        st.button("Undo", key=panel.widget("undo"), on_click=_undo, args=(panel,))
        words.append("Rating withdrawn.")
    if panel.contents != desk.said:
        if not desk.away:
            st.button(
                "Discard",
                key=panel.widget("discard"),
                type="tertiary",
                help="Back to what is saved" if saved else "Empty the fields",
                on_click=_discard,
                args=(panel, desk.said),
            )
        given = desk.said != Draft()
        words.append("Changed since; not saved yet." if given else "Not saved yet.")
        words.append("Draft kept." if kept else "The draft is in this tab only.")
    if told := " ".join(filter(None, words)):
        st.caption(told)


def _add_tag(panel: RatingDraft) -> None:
    tag = st.session_state[panel.widget("own-tag")].strip()
    if tag and tag not in panel.tags:
        st.session_state[panel.widget("tags")] = [*panel.tags, tag]
    st.session_state[panel.widget("own-tag")] = ""


def _withdraw(panel: RatingDraft) -> None:
    with _told_there(panel):
        try:
            withdrawn = workbench().feedback.withdraw(actor(), panel.run_id)
        except Unavailable as error:
            raise Unavailable(
                "A rating cannot be withdrawn while the database is away; it stands as it is. "
                "Try again when the database is back."
            ) from error
        session().withdrawn_rating = withdrawn
        panel.show(Draft())


def _undo(panel: RatingDraft) -> None:
    with _told_there(panel):
        panel.show(Draft.of(workbench().feedback.put_back(actor(), panel.run_id)))
        session().withdrawn_rating = None


def _discard(panel: RatingDraft, said: Draft) -> None:
    with _told_there(panel):
        workbench().drafts.discard(actor(), panel.run_id)
        panel.show(said)


@contextmanager
def _told_there(panel: RatingDraft) -> Iterator[None]:
    """For a callback, which can write to the top of the page only: what goes wrong is told when
    the panel is drawn."""
    try:
        yield
    except GlimpseError as error:
        session().rating_problem = panel.run_id, error


def _problem(panel: RatingDraft) -> None:
    problem = session().rating_problem
    if problem is not None and problem[0] == panel.run_id:
        session().rating_problem = None
        with shown():
            raise problem[1]
