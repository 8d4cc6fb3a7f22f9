"""The row of filters over the users. The address is the truth; the fields follow it."""

from dataclasses import replace
from typing import Any

import streamlit as st

from core.accounts.directory import MAX_TEXT_CHARS
from core.accounts.people_types import PeopleOrder
from core.accounts.types import UserState
from core.permissions import Permission, Role
from ui.components.slash import slash
from ui.components.users_view import View, show_in_address
from ui.guard import require

ORDERS = {
    PeopleOrder.NAME: "by name",
    PeopleOrder.SEEN: "last seen first",
    PeopleOrder.NEWEST: "newest first",
}
_SEARCH = "Search"
_KEY = "users-"
_FIELDS = ("text", "role", "state", "order")


def filter_bar(view: View) -> None:
    """A change goes to the address at once, and back to the first page."""
    for name in _FIELDS:
        st.session_state[f"{_KEY}{name}"] = getattr(view, name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            _SEARCH,
            key=f"{_KEY}text",
            type="search",
            max_chars=MAX_TEXT_CHARS,
            placeholder="part of a name",
            help="The key / leads here.",
            on_change=_changed,
            args=(view,),
            width=240,
        )
        _choice(view, "Role", "role", list(Role))
        _choice(view, "State", "state", list(UserState))
        st.selectbox(
            "Order",
            list(ORDERS),
            key=f"{_KEY}order",
            format_func=lambda order: ORDERS[order],
            on_change=_changed,
            args=(view,),
            width=170,
        )
    slash(_SEARCH, key=f"{_KEY}slash")


def _choice(view: View, label: str, name: str, options: list[Any]) -> None:
    st.selectbox(
        label,
        options,
        index=None,
        format_func=str,
        placeholder="all",
        key=f"{_KEY}{name}",
        on_change=_changed,
        args=(view,),
        width=180,
    )


def _changed(view: View) -> None:
    require(Permission.MANAGE_USERS)
    if any(f"{_KEY}{name}" not in st.session_state for name in _FIELDS):
        return  # the fields have left the page; one of them told its words on the way
    chosen = {name: st.session_state[f"{_KEY}{name}"] for name in _FIELDS}
    chosen["text"] = (chosen["text"] or "").strip()
    show_in_address(replace(view.first_page, **chosen))
