"""Choosing a new password."""

import streamlit as st

from core.accounts import passwords
from core.errors import Invalid
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.text import plain


def password_form() -> bool:
    """The form; True in the run in which the password was changed."""
    accounts, name = workbench().accounts, workbench().settings.oidc_name
    if not accounts.has_password(require()):
        st.info(f"There is no password to change: you sign in with {plain(name)}.")
        return False
    with st.form("change_password", border=True):
        current = st.text_input("Current password", type="password", key="password_current")
        new = st.text_input(
            "New password", type="password", help=passwords.HINT, key="password_new"
        )
        again = st.text_input("New password, again", type="password", key="password_again")
        st.caption(f"{passwords.HINT} Your other sessions will end; this one goes on.")
        sent = st.form_submit_button("Change password", type="primary")
    if not sent:
        return False
    with shown():
        if new != again:
            raise Invalid("The two new passwords differ; type the same one twice.")
        workbench().accounts.change_password(require(), current, new)
        return True
    return False
