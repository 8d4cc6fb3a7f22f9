"""What ties the tab to its sign-in: the cookie that is fetched, and the look whether it is good."""

import streamlit as st

from core.permissions import Actor
from ui.components.bundle import read
from ui.session import session

_mount = st.components.v2.component("glimpse_cookie", js=read("cookie.js"))


def _ignore() -> None:
    """A state needs a callback to be reported; what is told is read where it is mounted."""


def cookie_keeper(actor: Actor | None = None) -> None:
    """Mount once a run, and on every run: the ticket may be waiting since the last one.

    The browser fetches its HttpOnly cookie, which only an HTTP answer can set. An open page in
    which nobody does anything runs again once the sign-in of `actor` has ended, or their role is
    another one, or the notice above every page is, so that the router shows what holds now.
    """
    watched = actor and {"id": str(actor.session_id), "role": actor.role}
    result = _mount(
        key="cookie_keeper",
        data={
            "ticket": session().cookie_ticket,
            "watched": watched,
            "notice": str(session().notice_shown or ""),
        },
        default={"problem": None, "changed": 0},
        on_problem_change=_ignore,
        on_changed_change=_ignore,
    )
    if result.problem:
        st.caption(
            f":material/warning: This browser did not keep the sign-in ({result.problem}): "
            "reloading the page will ask for it again."
        )
