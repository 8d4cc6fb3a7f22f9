"""Choosing a new password."""

import streamlit as st

from core.accounts import passwords
from core.errors import GlimpseError, Invalid
from ui.errors import shown
from ui.guard import actor, require
from ui.resources import workbench
from ui.session import session
from ui.text import plain

_CURRENT, _NEW, _AGAIN = _FIELDS = ("password_current", "password_new", "password_again")


def password_form() -> None:
    """The form, for those who have a password; what was wrong with it stands over its button."""
    accounts, name = workbench().accounts, workbench().settings.oidc_name
    if not accounts.has_password(require()):
        st.info(f"There is no password to change: you sign in with {plain(name)}.")
        return
    with st.form("change_password", border=True):
        _field("Current password", _CURRENT, "current-password")
        _field("New password", _NEW, "new-password")
        st.caption(passwords.HINT)
        _field("New password, again", _AGAIN, "new-password")
        _problem()
        st.form_submit_button(
            "Change password",
            type="primary",
            help="Your other sessions will end; this one goes on.",
            on_click=_change,
        )


def _field(label: str, key: str, autocomplete: str) -> None:
    st.text_input(label, type="password", key=key, autocomplete=autocomplete)


def _change() -> None:
    state = st.session_state
    try:
        if state[_NEW] != state[_AGAIN]:
            raise Invalid("The two new passwords differ; type the same one twice.")
        workbench().accounts.change_password(actor(), state[_CURRENT], state[_NEW])
    except GlimpseError as error:
        session().password_problem = error
        return
    for key in _FIELDS:
        state[key] = ""
    st.toast("The password is changed. Your other sessions have ended.", icon=":material/check:")


def _problem() -> None:
    """What the change was refused for, told once."""
    problem = session().password_problem
    if problem is not None:
        session().password_problem = None
        with shown():
            raise problem
