"""Runs of others that one is asked to rate: a line on other pages, and the list of them."""

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from core.permissions import Actor, Permission
from core.raters.types import AskedRun
from ui.address import show_in_address
from ui.errors import shown
from ui.guard import require
from ui.navigation import spec
from ui.resources import workbench
from ui.text import ago, plain, prompt_line

_PROMPT_CHARS = 44
_LOOK_AGAIN_S = 3


def asked_to_rate(actor: Actor) -> None:
    """A link to what waits for one's rating; nothing where nothing does."""
    if not actor.may(Permission.RATE):
        return
    with shown():
        waiting = len(workbench().requests.waiting(actor))
        if waiting:
            page = spec("asked")
            noun = "run" if waiting == 1 else "runs"
            st.page_link(
                page.page(),
                label=f"Asked to rate: {waiting} {noun}",
                icon=f":material/{page.icon}:",
            )


def asked_list(opened: UUID | None, *, follow: bool) -> None:
    """What waits, and what is rated; a click opens one.

    With `follow` it looks again by itself, as the run beside it is rated without a run of the page.
    """
    st.fragment(_list, run_every=_LOOK_AGAIN_S if follow else None)(opened, follow)


def _list(opened: UUID | None, follow: bool) -> None:
    actor = require(Permission.RATE)
    with shown():
        waiting = workbench().requests.waiting(actor)
        if follow and opened not in {each.run_id for each in waiting}:
            st.rerun()
        _draw(waiting, workbench().requests.rated(actor), opened)


def _draw(waiting: Sequence[AskedRun], rated: Sequence[AskedRun], opened: UUID | None) -> None:
    if not waiting and not rated:
        st.info(
            "Nobody has asked you to rate a run. Requests of reviewers appear here.",
            icon=":material/inbox:",
        )
        return
    st.subheader(f"To rate ({len(waiting)})")
    if not waiting:
        st.caption("Nothing waits; thank you.")
    for each in waiting:
        _entry(each, opened)
    if rated:
        with st.expander(f"Rated ({len(rated)})", expanded=not waiting):
            for each in rated:
                _entry(each, opened)


def _entry(asked: AskedRun, opened: UUID | None) -> None:
    said = f"{asked.rating} of 5" if asked.rating else f"asked {ago(asked.asked_at)}"
    clicked = st.button(
        plain(prompt_line(asked.prompt, _PROMPT_CHARS)),
        key=f"asked-{asked.run_id}",
        type="primary" if asked.run_id == opened else "secondary",
        icon=f":material/{spec(asked.task).icon}:",
        width="stretch",
    )
    st.caption(f"{asked.task}, {said}")
    if clicked:
        show_in_address(asked.run_id)
        st.rerun()
