"""Sign-in: streamlit-authenticator's form over our own accounts, sessions and cookie.

The library's own cookie is a signed name that cannot be taken back, so it is never made: the
browser holds a random token, and who that is, is read from the database on every run.
"""

from typing import Any

import streamlit as st
from streamlit_authenticator.controllers.authentication_controller import (
    AuthenticationController,
)

from core.accounts.types import cookie_name
from core.permissions import Actor
from ui.errors import shown
from ui.guard import address, agent
from ui.resources import workbench
from ui.session import forget, session
from ui.single_sign_on import arrived


def signed_in() -> Actor | None:
    """Who uses this tab: by its session, or, in a new tab, by the browser's cookie or as whom an
    identity provider has just sent them back."""
    session_id = session().session_id
    if session_id is None:
        return DatabaseCookie().actor() or arrived()
    actor = workbench().accounts.actor_for_session(session_id, address())
    if actor is None:
        forget(notice="You were signed out: the session ended or the account was changed.")
    return actor


def sign_in_form(*, primary: bool) -> None:
    """The form; once it is sent with the right password, the page starts over signed in."""
    with shown():
        DatabaseLogin().form(primary=primary)
    if session().session_id is not None:
        st.rerun()


def sign_out() -> None:
    """End the session and drop the cookie; nothing of this person stays in the tab.

    Also where the database is away and the session cannot be ended: nobody is recalled then.
    """
    session().confirmed = None
    with shown():
        DatabaseCookie().delete_cookie()


def _still_known() -> str | None:
    """What a sign-out leaves, where there is an identity provider."""
    settings = workbench().settings
    if not settings.single_sign_on:
        return None
    return (
        f"You are signed out here. If you came by {settings.oidc_name}, you may still be signed in "
        "there."
    )


class DatabaseCookie:
    """Takes the place of the library's cookie controller, none of which is left."""

    def actor(self) -> Actor | None:
        bench = workbench()
        token = st.context.cookies.get(cookie_name(bench.settings.public_url))
        actor = bench.accounts.actor_for_token(token, address()) if token else None
        if actor is not None:
            session().session_id = actor.session_id
        return actor

    def set_cookie(self) -> None:
        session_id = session().session_id
        if session_id is not None:
            session().cookie_ticket = workbench().accounts.set_cookie_ticket(session_id)

    def delete_cookie(self) -> None:
        accounts = workbench().accounts
        session_id = session().session_id
        actor = accounts.actor_for_session(session_id, address()) if session_id else None
        if actor is not None:
            accounts.sign_out(actor)
        forget(cookie_ticket=accounts.clear_cookie_ticket(), notice=_still_known())


class DatabaseLogin:
    """The library's sign-in, with the database in the place of its list of users."""

    def __init__(self) -> None:
        self._controller = _ExactPasswords(
            credentials={"usernames": {}},
            auto_hash=False,
            secret_key=workbench().signing_key.get_secret_value(),
        )
        self._model = self._controller.authentication_model
        self._model.check_credentials = self._check_credentials  # type: ignore[method-assign]

    def form(self, *, primary: bool) -> None:
        """Its fields are such as password managers know."""
        with st.form("sign_in"):
            st.subheader("Sign in")
            username = st.text_input("Username", autocomplete="username")
            password = st.text_input("Password", type="password", autocomplete="current-password")
            sent = st.form_submit_button(
                "Sign in", type="primary" if primary else "secondary", width="stretch"
            )
        if sent and self._controller.login(username, password):
            DatabaseCookie().set_cookie()

    def _check_credentials(self, username: str, password: str) -> bool:
        """Raises `NotSignedIn` and `LimitReached`, which the form's caller shows."""
        found = workbench().accounts.sign_in(username, password, address(), agent())
        session().session_id = found.session_id
        name, role = found.actor.username, found.actor.role
        self._model.credentials = {
            "usernames": {username: {"first_name": name, "email": None, "roles": [role]}}
        }
        return True


class _ExactPasswords(AuthenticationController):
    """Does not strip blanks from the password, as the library does."""

    def login(
        self, username: str | None = None, password: str | None = None, *_: Any, **__: Any
    ) -> Any:
        return self.authentication_model.login(username or " ", password or "")
