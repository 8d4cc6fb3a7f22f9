"""The rating under every result: stars, tags, a comment, and one button."""

from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from core.feedback.checks import MAX_COMMENT_CHARS, MAX_TAG_CHARS
from core.feedback.types import SUGGESTED_TAGS, Feedback
from core.permissions import Actor, Permission
from core.runs.types import Task
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.session import session
from ui.text import plain


@dataclass(frozen=True)
class _Panel:
    """One panel's run and the keys of its widgets, which hold what is not saved yet."""

    run_id: UUID
    task: Task
    key: str

    def widget(self, name: str) -> str:
        return f"{self.key}-{name}-{self.run_id}"

    @property
    def rating(self) -> int | None:
        """1 to 5, as the stars stand; None while no star is set."""
        stars = st.session_state.get(self.widget("stars"))
        return None if stars is None else stars + 1

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(st.session_state.get(self.widget("tags")) or ())

    @property
    def comment(self) -> str:
        return st.session_state.get(self.widget("comment")) or ""

    def show(self, given: Feedback | None) -> None:
        """Let the widgets stand at `given`, or empty, from their next drawing on."""
        st.session_state[self.widget("stars")] = given.rating - 1 if given else None
        st.session_state[self.widget("tags")] = list(given.tags) if given else []
        st.session_state[self.widget("comment")] = given.comment if given else ""

    def differs(self, given: Feedback | None) -> bool:
        now = (self.rating, frozenset(self.tags), self.comment)
        if given is None:
            return now != (None, frozenset(), "")
        return now != (given.rating, frozenset(given.tags), given.comment)

    def follow(self, saved: Feedback | None) -> None:
        """Show what is saved, also where another tab saved it; a draft is left alone."""
        known = session().ratings
        if self.run_id not in known or not self.differs(known[self.run_id]):
            self.show(saved)
        known[self.run_id] = saved


@st.fragment
def rating_panel(run_id: UUID, task: Task, *, key: str) -> None:
    """Stars, tags and comment for one run, with what is saved and what is not.

    A half-written rating stays as a draft while the browser tab lives. `key` tells panels of the
    same run on one page apart.
    """
    actor = require()
    if not actor.may(Permission.RATE):
        st.caption("Your role cannot rate results; an administrator can change that.")
        return
    with shown():
        _draw(actor, _Panel(run_id, task, key))


def _draw(actor: Actor, panel: _Panel) -> None:
    saved = workbench().feedback.own(actor, panel.run_id)
    panel.follow(saved)
    stars, tags = st.columns([1, 4], vertical_alignment="center")
    with stars:
        st.feedback("stars", key=panel.widget("stars"), persist_state="session")
    with tags, st.container(horizontal=True, vertical_alignment="center"):
        _tag_chips(panel)
    st.text_area(
        "Comment",
        key=panel.widget("comment"),
        max_chars=MAX_COMMENT_CHARS,
        height="content",
        placeholder="What is right or wrong here? (optional)",
        label_visibility="collapsed",
        persist_state="session",
    )
    _buttons(actor, panel, saved)


def _tag_chips(panel: _Panel) -> None:
    suggested = SUGGESTED_TAGS[panel.task]
    own = tuple(tag for tag in panel.tags if tag not in suggested)
    st.pills(
        "Tags",
        (*suggested, *own),
        selection_mode="multi",
        format_func=plain,
        key=panel.widget("tags"),
        label_visibility="collapsed",
        persist_state="session",
    )
    st.text_input(
        "Own tag",
        key=panel.widget("own-tag"),
        max_chars=MAX_TAG_CHARS,
        placeholder="+ own tag",
        label_visibility="collapsed",
        width=140,
        on_change=_add_tag,
        args=(panel,),
    )


def _buttons(actor: Actor, panel: _Panel, saved: Feedback | None) -> None:
    rating = panel.rating
    with st.container(horizontal=True, vertical_alignment="center"):
        clicked = st.button(
            "Save rating",
            key=panel.widget("save"),
            icon=":material/check:",
            disabled=rating is None,
            help="Choose 1 to 5 stars first." if rating is None else None,
        )
        if clicked and rating is not None:
            with shown():
                rated = workbench().feedback.rate(
                    actor, panel.run_id, rating, panel.tags, panel.comment
                )
                saved = session().ratings[panel.run_id] = rated.feedback
                session().withdrawn_rating = None
        _state(panel, saved)


def _state(panel: _Panel, saved: Feedback | None) -> None:
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


def _add_tag(panel: _Panel) -> None:
    tag = st.session_state[panel.widget("own-tag")].strip()
    if tag and tag not in panel.tags:
        st.session_state[panel.widget("tags")] = [*panel.tags, tag]
    st.session_state[panel.widget("own-tag")] = ""


def _withdraw(panel: _Panel) -> None:
    actor = require(Permission.RATE)
    with shown():
        session().withdrawn_rating = workbench().feedback.withdraw(actor, panel.run_id)
        panel.show(None)


def _undo(panel: _Panel, withdrawn: Feedback) -> None:
    actor = require(Permission.RATE)
    with shown():
        workbench().feedback.rate(
            actor, panel.run_id, withdrawn.rating, withdrawn.tags, withdrawn.comment
        )
        session().withdrawn_rating = None
        panel.show(withdrawn)
