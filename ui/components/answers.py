"""On the start page: what reviewers said to one's comments, and which wait for it."""

import streamlit as st

from core.feedback.types import OwnComment
from core.permissions import Actor, Permission
from ui.components.answer import answer_line
from ui.errors import shown
from ui.navigation import spec
from ui.resources import workbench
from ui.text import ago, facts, plain, prompt_line, shortened

_SHOWN = 3
_MOST_WAITING = 20
_PROMPT_CHARS, _COMMENT_CHARS = 44, 120


def own_answers(actor: Actor) -> None:
    """The newest answers, and how many comments wait; nothing for whoever never commented."""
    if not actor.may(Permission.RATE):
        return
    with shown():
        triage = workbench().triage
        answered = triage.answers(actor, _SHOWN)
        waiting = triage.unanswered(actor, _MOST_WAITING)
        if not answered and not waiting:
            return
        st.subheader("Answers to your comments")
        for each in answered:
            _answer(each)
        if waiting:
            _waiting(waiting)


def _answer(each: OwnComment) -> None:
    with st.container(border=True):
        page = spec(each.task)
        st.page_link(
            page.page(),
            label=plain(prompt_line(each.prompt, _PROMPT_CHARS)),
            icon=f":material/{page.icon}:",
            query_params={"run": str(each.run_id)},
        )
        said = f": {plain(shortened(each.comment, _COMMENT_CHARS))}" if each.comment else ""
        st.caption(f"You gave {each.rating} of 5{said}")
        answer_line(each)


def _waiting(waiting: tuple[OwnComment, ...]) -> None:
    newest = waiting[0]
    more = "+" if len(waiting) == _MOST_WAITING else ""
    words = "comment waits" if len(waiting) == 1 else "comments wait"
    last = f"the last one is from {ago(newest.created_at)}"
    st.caption(facts(f"{len(waiting)}{more} {words} for an answer", last))
