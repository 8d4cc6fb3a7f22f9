"""Changing one person: role, password, whether they are let in."""

from collections.abc import Sequence

import streamlit as st

from core.accounts.types import UserInfo
from core.permissions import Role
from ui.components.secret import keep_secret
from ui.components.users_table import CHOSEN, state_of
from ui.errors import shown
from ui.guard import actor
from ui.resources import workbench
from ui.text import plain


def manage_user(people: Sequence[UserInfo]) -> None:
    by_name = {user.username: user for user in people}
    name = st.selectbox(
        "Change a user", list(by_name), index=None, key=CHOSEN, placeholder="a row or a name"
    )
    user = by_name.get(name) if name else None
    if user is None:
        return
    with st.container(border=True):
        st.markdown(f"**{plain(user.username)}** · {state_of(user)}")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox("Role", list(Role), index=list(Role).index(user.role), key=_role(user))
            st.button("Change role", key="set_role", on_click=_set_role, args=(user,))
        with st.container(horizontal=True):
            _reset_button(user)
            _active_button(user)


def _reset_button(user: UserInfo) -> None:
    with st.popover("Reset password", icon=":material/key:"):
        st.write(
            f"{plain(user.username)} is signed out everywhere and gets a temporary password, "
            "which you pass on."
        )
        st.button("Reset it", key="reset", type="primary", on_click=_reset, args=(user,))


def _active_button(user: UserInfo) -> None:
    if not user.active:
        st.button(
            "Enable",
            key="enable",
            icon=":material/check:",
            on_click=_set_active,
            args=(user, True),
        )
        return
    with st.popover("Disable", icon=":material/block:"):
        st.write(
            f"{plain(user.username)} is signed out at once and their API keys rest. Runs and "
            "feedback stay; “Enable” takes it back."
        )
        st.button(
            "Disable now", key="disable", type="primary", on_click=_set_active, args=(user, False)
        )


def _set_role(user: UserInfo) -> None:
    role = Role(st.session_state[_role(user)])
    with shown():
        workbench().accounts.set_role(actor(), user.username, role)
        st.toast(f"{plain(user.username)} is now {role}.")


def _set_active(user: UserInfo, active: bool) -> None:
    with shown():
        workbench().accounts.set_active(actor(), user.username, active)
        st.toast(f"{plain(user.username)} is {'enabled' if active else 'disabled'}.")


def _reset(user: UserInfo) -> None:
    with shown():
        made = workbench().accounts.reset_password(actor(), user.username)
        keep_secret("users", f"Temporary password of {user.username}", made)


def _role(user: UserInfo) -> str:
    return f"role_of_{user.id}"
