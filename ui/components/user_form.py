"""Adding one person."""

import streamlit as st

from core.accounts import passwords
from core.permissions import Permission, Role
from ui.components.secret import keep_secret
from ui.components.users_view import View, show_in_address
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.text import plain


def add_user_form(view: View) -> None:
    with st.form("add_user", border=True, clear_on_submit=False):
        st.subheader("Add a user", anchor=False)
        st.text_input("Username", key="new_username", max_chars=64)
        st.selectbox(
            "Role",
            list(Role),
            index=list(Role).index(Role.ANALYST),
            key="new_role",
            format_func=str,
        )
        st.text_input(
            "Password",
            type="password",
            key="new_password",
            placeholder="leave empty to have one made",
            help=passwords.HINT,
        )
        st.checkbox("Must choose a new password at the first sign-in", value=True, key="new_must")
        st.form_submit_button("Add user", type="primary", on_click=_add, args=(view,))


def _add(view: View) -> None:
    actor = require(Permission.MANAGE_USERS)
    state = st.session_state
    typed = state["new_password"]
    password = typed or passwords.generated()
    with shown():
        user = workbench().accounts.add_user(
            actor,
            state["new_username"],
            Role(state["new_role"]),
            password,
            temporary=state["new_must"] or not typed,
        )
        if not typed:
            keep_secret("users", f"Temporary password of {user.username}", password)
        state["new_username"] = state["new_password"] = ""
        show_in_address(view.beside(user.id))
        st.toast(f"{plain(user.username)} is added.")
