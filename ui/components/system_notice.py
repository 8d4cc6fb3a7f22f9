"""Telling everybody something, and taking it back."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

import streamlit as st

from core.clock import now
from core.permissions import Permission
from core.system.notices import MAX_CHARS
from core.system.types import Notice
from ui.components.notice_banner import words_of
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.session import session

_KEY = "system-notice"
_ENDS: Mapping[str, timedelta | None] = MappingProxyType(
    {
        "until I take it away": None,
        "for 15 minutes": timedelta(minutes=15),
        "for an hour": timedelta(hours=1),
        "for 4 hours": timedelta(hours=4),
        "for a day": timedelta(days=1),
    }
)


def system_notice() -> None:
    """The ways to tell everybody something, to change it and to take it away."""
    told = workbench().notices.current()
    label = "Change the notice" if told else "Tell everybody"
    with st.popover(label, icon=":material/campaign:", key=f"{_KEY}-open"):
        _form(told)
    if told is not None:
        st.button(
            "Take it away",
            key=f"{_KEY}-clear",
            icon=":material/close:",
            help="At once, for everybody; it can be put back",
            on_click=_clear,
        )


def _form(told: Notice | None) -> None:
    if told is not None:
        st.caption(f"Now: {words_of(told)}")
    with st.form(_KEY, border=False, clear_on_submit=True):
        st.text_input(
            "One sentence, above every page and on the sign-in page",
            key=f"{_KEY}-text",
            max_chars=MAX_CHARS,
            placeholder="Models are changed at noon; texts being written then will end.",
        )
        st.selectbox("It stands there", list(_ENDS), key=f"{_KEY}-ends")
        st.form_submit_button("Show it", type="primary", on_click=_put)


def notice_undo() -> None:
    """The one taken away last in this tab, with the way back; nothing where none was."""
    if session().arrived:
        session().notice_gone = None
    if session().notice_gone is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("The notice is taken away.", width="content")
        st.button("Undo", key=f"{_KEY}-undo", icon=":material/undo:", on_click=_put_back)


def _put() -> None:
    actor = require(Permission.MANAGE_SYSTEM)
    lasts = _ENDS[st.session_state[f"{_KEY}-ends"]]
    with shown():
        until = None if lasts is None else now() + lasts
        workbench().notices.put(actor, st.session_state[f"{_KEY}-text"], until)
        session().notice_gone = None


def _clear() -> None:
    actor = require(Permission.MANAGE_SYSTEM)
    with shown():
        session().notice_gone = workbench().notices.clear(actor)


def _put_back() -> None:
    actor = require(Permission.MANAGE_SYSTEM)
    gone = session().notice_gone
    if gone is None:
        return
    with shown():
        session().notice_gone = None
        workbench().notices.put(actor, gone.text, gone.until)
