"""Asking chosen people to rate a run, and who was asked; for reviewers."""

from uuid import UUID

import streamlit as st

from core.permissions import Actor, Permission
from core.raters.types import RatingRequest
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.text import ago, plain

_NO_REFERENCE = "no reference"


def ask_raters(actor: Actor, run_id: UUID, *, key: str = "ask") -> None:
    """A menu to ask others to rate the run, whoever's it is; nothing for who may not review."""
    if not actor.may(Permission.REVIEW):
        return
    menu = st.popover(
        "Ask to rate",
        key=f"{key}-menu-{run_id}",
        icon=":material/person_add:",
        help="Ask chosen people for a rating of this run",
        on_change="rerun",
    )
    if menu.open:
        with menu, shown():
            _asked(workbench().requests.of_run(actor, run_id), key)
            _ask(actor, run_id, key)


def take_back_button(request: RatingRequest, *, key: str) -> None:
    """An anchor is a measurement: that it goes is asked about first."""
    name = f"{key}-take-back-{request.run_id}-{request.user_id}"
    if request.reference is None:
        st.button(
            "Take back",
            key=name,
            type="tertiary",
            on_click=_take_back,
            args=(request.run_id, request.user_id),
        )
        return
    with st.popover("Remove", key=f"{name}-menu", type="tertiary"):
        told = f"{plain(request.username)} is measured on this run no more"
        st.write(f"{told}; a rating that is given stays.")
        st.button(
            "Remove the anchor",
            key=name,
            type="primary",
            on_click=_take_back,
            args=(request.run_id, request.user_id),
        )


def _ask(actor: Actor, run_id: UUID, key: str) -> None:
    free = [
        each
        for each in workbench().requests.candidates(actor, run_id)
        if not each.asked and each.rating is None
    ]
    if not free:
        st.caption("Everybody who may rate is asked, or has rated it.")
        return
    names = {each.user_id: each.username for each in free}
    people = f"{key}-people-{run_id}"
    st.multiselect(
        "Who",
        list(names),
        format_func=lambda user_id: names[user_id],
        key=people,
        placeholder="choose people",
    )
    reference = f"{key}-reference-{run_id}"
    st.selectbox(
        "Reference rating",
        [_NO_REFERENCE, 1, 2, 3, 4, 5],
        key=reference,
        help="The rating you hold to be right. With it the request is a hidden anchor: it looks "
        "like any other to whoever is asked, and the raters page compares what they say.",
    )
    st.button(
        "Ask",
        key=f"{key}-ask-{run_id}",
        type="primary",
        width="stretch",
        disabled=not st.session_state[people],
        help=None if st.session_state[people] else "Choose at least one person first",
        on_click=_send,
        args=(run_id, people, reference),
    )
    st.caption("They see this run, and nobody else's rating of it.")


def _asked(requests: tuple[RatingRequest, ...], key: str) -> None:
    for each in requests:
        with st.container(horizontal=True, vertical_alignment="center"):
            anchor = "" if each.reference is None else f", anchor at {each.reference}"
            said = f"rated {each.rating}" if each.rating else f"asked {ago(each.asked_at)}"
            st.markdown(f"{plain(each.username)}: {said}{anchor}", width="content")
            take_back_button(each, key=key)


def _send(run_id: UUID, people: str, reference: str) -> None:
    actor = require(Permission.REVIEW)
    held = st.session_state[reference]
    with shown():
        workbench().requests.ask(
            actor, run_id, st.session_state[people], None if held == _NO_REFERENCE else held
        )
        st.session_state[people] = []


def _take_back(run_id: UUID, user_id: UUID) -> None:
    actor = require(Permission.REVIEW)
    with shown():
        workbench().requests.take_back(actor, run_id, user_id)
