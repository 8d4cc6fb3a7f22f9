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
from ui.text import ago, plain, shortened

_PROMPT_CHARS = 44


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


def asked_list(waiting: Sequence[AskedRun], rated: Sequence[AskedRun], opened: UUID | None) -> None:
    """What waits, and what is rated; a click opens one."""
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
    st.button(
        plain(shortened(asked.prompt, _PROMPT_CHARS)),
        key=f"asked-{asked.run_id}",
        type="primary" if asked.run_id == opened else "secondary",
        icon=f":material/{spec(asked.task).icon}:",
        width="stretch",
        on_click=_open,
        args=(asked.run_id,),
    )
    st.caption(f"{asked.task}, {said}")


def _open(run_id: UUID) -> None:
    require(Permission.RATE)
    show_in_address(run_id)
