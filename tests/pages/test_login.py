"""Signing in and out, and what a path shows to whom."""

import re

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from core.permissions import Role
from tests.pages.conftest import PASSWORD, Visitor, texts
from ui.navigation import PAGES

PATHS = ["" if spec.default else spec.url_path for spec in PAGES]


def send(app: AppTest, name: str, password: str) -> AppTest:
    app.text_input[0].set_value(name)
    app.text_input[1].set_value(password)
    return app.button[0].click().run()


@pytest.fixture
def analyst(visitor: Visitor) -> str:
    accounts = visitor.bench.accounts
    return accounts.add_user(accounts.system_actor(), "ana", Role.ANALYST, PASSWORD).username


def is_login(app: AppTest) -> bool:
    labels = [field.label for field in app.text_input]
    return labels == ["Username", "Password"] and not app.sidebar.children


@pytest.mark.parametrize("path", PATHS)
def test_signed_out_every_path_is_the_login_page(visitor: Visitor, path: str) -> None:
    app = visitor.open(path)
    assert is_login(app)
    assert not app.exception
    assert not app.title


def test_signing_in_is_the_one_primary_action(visitor: Visitor) -> None:
    app = visitor.open("")
    assert [(button.label, button.proto.type) for button in app.button] == [("Sign in", "primary")]


def test_right_password_opens_the_path_that_was_typed(visitor: Visitor, analyst: str) -> None:
    app = send(visitor.open("account"), analyst, PASSWORD)
    assert not app.exception
    assert [title.value for title in app.title] == ["Account"]
    assert analyst in texts(app)


def test_wrong_password_says_so_and_keeps_the_form(visitor: Visitor, analyst: str) -> None:
    app = send(visitor.open(""), analyst, "not the password")
    assert "username or the password is wrong" in app.error[0].value
    assert is_login(app)


def test_empty_form_is_answered_too(visitor: Visitor) -> None:
    app = send(visitor.open(""), "", "")
    assert "username or the password is wrong" in app.error[0].value


def test_quick_guesses_are_told_how_long_to_wait(visitor: Visitor, analyst: str) -> None:
    app = visitor.open("")
    for _ in range(2):
        send(app, analyst, "not the password")
    send(app, analyst, PASSWORD)
    assert re.search(r"Too many attempts; try again in \d+ seconds?\.", app.error[0].value)
    assert is_login(app)


def test_blanks_in_a_password_are_part_of_it(visitor: Visitor) -> None:
    accounts = visitor.bench.accounts
    accounts.add_user(accounts.system_actor(), "bob", Role.GUEST, "  inner and outer  ")
    app = send(visitor.open("account"), "bob", "  inner and outer  ")
    assert [title.value for title in app.title] == ["Account"]


def test_sign_out_ends_the_session_and_forgets_the_tab(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("account")
    app.text_input(key="key_label").set_value("half typed")
    app.button(key="sign_out").click().run()
    assert is_login(app)
    assert "key_label" not in app.session_state
    assert visitor.actor is not None
    assert visitor.actor.session_id is not None
    assert visitor.bench.accounts.actor_for_session(visitor.actor.session_id) is None
    ticket = app.session_state["glimpse"].cookie_ticket
    assert visitor.bench.accounts.redeem_ticket(ticket).token is None


def test_signing_in_leaves_a_ticket_for_the_cookie(visitor: Visitor, analyst: str) -> None:
    app = send(visitor.open(""), analyst, PASSWORD)
    token = visitor.bench.accounts.redeem_ticket(app.session_state["glimpse"].cookie_ticket).token
    assert token is not None
    found = visitor.bench.accounts.actor_for_token(token)
    assert found is not None
    assert found.username == analyst


def test_cookie_signs_a_new_tab_in(visitor: Visitor, analyst: str, cookies: dict[str, str]) -> None:
    accounts = visitor.bench.accounts
    session_id = accounts.sign_in(analyst, PASSWORD, "test").session_id
    token = accounts.redeem_ticket(accounts.set_cookie_ticket(session_id)).token
    assert token is not None
    cookies["glimpse_session"] = token
    app = visitor.open("account")
    assert [title.value for title in app.title] == ["Account"]


def test_cookie_is_worthless_after_sign_out(
    visitor: Visitor, analyst: str, cookies: dict[str, str]
) -> None:
    accounts = visitor.bench.accounts
    signed_in = accounts.sign_in(analyst, PASSWORD, "test")
    token = accounts.redeem_ticket(accounts.set_cookie_ticket(signed_in.session_id)).token
    accounts.sign_out(signed_in.actor)
    assert token is not None
    cookies["glimpse_session"] = token
    assert is_login(visitor.open("account"))


def test_disabled_in_mid_session_means_signed_out_with_a_word_why(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("account")
    accounts = visitor.bench.accounts
    accounts.set_active(accounts.system_actor(), "analyst", active=False)
    app.run()
    assert is_login(app)
    assert "signed out" in app.info[0].value


@pytest.mark.parametrize("path", ["users", "feedback"])
def test_path_above_ones_role_says_not_allowed(visitor: Visitor, path: str) -> None:
    app = visitor.sign_in(Role.ANALYST).open(path)
    assert "not allowed for your role" in app.warning[0].value
    assert not app.title


def test_demotion_holds_on_the_very_next_click(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ADMIN).open("users")
    accounts = visitor.bench.accounts
    accounts.add_user(accounts.system_actor(), "other", Role.ADMIN, PASSWORD)
    app.button(key="users-new").click().run()
    app.text_input(key="new_username").set_value("sneaked.in")
    accounts.set_role(accounts.system_actor(), "admin", Role.ANALYST)
    app.button(key="FormSubmitter:add_user-Add user").click().run()
    assert "does not allow" in texts(app)
    assert "not allowed for your role" in app.run().warning[0].value
    names = [user.username for user in accounts.users(accounts.system_actor())]
    assert "sneaked.in" not in names


@pytest.mark.parametrize("path", PATHS)
def test_temporary_password_leads_nowhere_but_to_a_new_one(visitor: Visitor, path: str) -> None:
    accounts = visitor.bench.accounts
    accounts.add_user(accounts.system_actor(), "boss", Role.ADMIN, PASSWORD, temporary=True)
    app = send(visitor.open(path), "boss", PASSWORD)
    assert [header.value for header in app.header] == ["Choose a password of your own"]
    assert not app.title


def test_after_the_new_password_the_typed_path_opens(visitor: Visitor) -> None:
    accounts = visitor.bench.accounts
    accounts.add_user(accounts.system_actor(), "boss", Role.ADMIN, PASSWORD, temporary=True)
    app = send(visitor.open("users"), "boss", PASSWORD)
    app.text_input(key="password_current").set_value(PASSWORD)
    app.text_input(key="password_new").set_value("my very own password")
    app.text_input(key="password_again").set_value("my very own password")
    app.button(key="FormSubmitter:change_password-Change password").click().run()
    assert [title.value for title in app.title] == ["Users"]


def test_a_password_made_temporary_holds_on_the_very_next_click(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("account")
    with visitor.bench.database.unit_of_work() as session:
        session.execute(text("update users set must_change_password = true"))
    app.text_input(key="key_label").set_value("sneaked in")
    app.button(key="FormSubmitter:new_key-Create key").click().run()
    assert "password is temporary" in app.error[0].value
    assert [header.value for header in app.header] == ["Choose a password of your own"]
    assert visitor.actor is not None
    assert visitor.bench.accounts.keys(visitor.actor) == ()
