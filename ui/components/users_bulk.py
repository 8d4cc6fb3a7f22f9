"""Several people changed at once."""

from collections.abc import Sequence

import streamlit as st

from core.accounts.types import UserInfo
from core.permissions import Permission, Role
from ui.components.users_changed import ask_to_change
from ui.guard import require

_KEY = "users-bulk-"
_MENU = f"{_KEY}menu"
_ACCESS = {"enabled": True, "disabled": False}


def bulk_menu(users: Sequence[UserInfo]) -> None:
    """Role and access for all who are ticked."""
    count = len(users)
    menu = st.popover(
        f"Change {count} chosen" if count else "Change chosen",
        icon=":material/checklist:",
        disabled=not count,
        help=None if count else "Tick users in the table first; the box in its head ticks all",
        key=_MENU,
        on_change="rerun",
    )
    if not count or not menu.open:
        return
    with menu:
        role = _choice("Role", list(Role), "role")
        access = _choice("Access", list(_ACCESS), "access")
        st.button(
            f"Apply to {count}",
            key=f"{_KEY}apply",
            type="primary",
            disabled=role is None and access is None,
            on_click=_apply,
            args=(tuple(users),),
        )


def _choice(label: str, options: Sequence[str], name: str) -> str | None:
    chosen: str | None = st.selectbox(
        label,
        options,
        index=None,
        key=f"{_KEY}{name}",
        format_func=str,
        placeholder="as it is",
    )
    return chosen


def _apply(users: Sequence[UserInfo]) -> None:
    require(Permission.MANAGE_USERS)
    role, access = (st.session_state[f"{_KEY}{name}"] for name in ("role", "access"))
    st.session_state[_MENU] = False  # it would stand over the question
    ask_to_change(users, role=role, active=None if access is None else _ACCESS[access])
