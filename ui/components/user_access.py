"""What one person may do: their role, whether they are let in, and a new password for them."""

from functools import partial

import streamlit as st

from core.accounts.types import UserInfo, UserState
from core.permissions import Permission, Role
from ui.components.asking import ask
from ui.components.secret import keep_secret
from ui.components.users_changed import ask_to_change
from ui.guard import require
from ui.resources import workbench
from ui.session import Question
from ui.text import plain


def user_access(user: UserInfo) -> None:
    """Nothing can be changed of who is erased, or on the way to it."""
    if user.state in {UserState.ERASED, UserState.LEAVING}:
        return
    key = f"user-role-{user.id}-{user.role}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        roles = list(Role)
        chosen = st.selectbox(
            "Role", roles, index=roles.index(user.role), key=key, format_func=str, width=180
        )
        st.button(
            "Change role",
            key="user-set-role",
            disabled=chosen is user.role,
            help="Choose another role first" if chosen is user.role else None,
            on_click=_role_chosen,
            args=(user, key),
        )
    with st.container(horizontal=True):
        st.button(
            "Disable" if user.active else "Enable",
            key="user-active",
            icon=":material/block:" if user.active else ":material/check:",
            on_click=_active_asked,
            args=(user,),
        )
        st.button(
            "Reset password",
            key="user-reset",
            icon=":material/key:",
            on_click=_reset_asked,
            args=(user,),
        )


def _role_chosen(user: UserInfo, key: str) -> None:
    require(Permission.MANAGE_USERS)
    ask_to_change([user], role=Role(st.session_state[key]))


def _active_asked(user: UserInfo) -> None:
    require(Permission.MANAGE_USERS)
    ask_to_change([user], active=not user.active)


def _reset_asked(user: UserInfo) -> None:
    require(Permission.MANAGE_USERS)
    name = plain(user.username)
    words = (
        f"{name} is signed out everywhere and gets a temporary password, shown once, which you "
        "pass on; at the next sign-in it must be changed. This cannot be undone: the old password "
        "is gone."
    )
    if not user.has_password:
        words = (
            f"{name} has no password so far. A temporary one is made and shown once, so that they "
            "can sign in here as well; every sign-in of theirs ends. This cannot be undone."
        )
    question = Question(
        f"Reset the password of {name}?", words, "Reset password", partial(_reset, user)
    )
    ask(question)


def _reset(user: UserInfo) -> None:
    actor = require(Permission.MANAGE_USERS)
    made = workbench().accounts.reset_password(actor, user.id)
    keep_secret("users", f"Temporary password of {user.username}", made)
