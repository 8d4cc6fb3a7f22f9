"""The users page: people added, changed, kept out."""

import pytest
from streamlit.testing.v1 import AppTest

from core.accounts.types import UserInfo
from core.errors import NotSignedIn
from core.permissions import Role
from tests.pages.conftest import PASSWORD, Visitor

ADD = "FormSubmitter:add_user-Add user"


@pytest.fixture
def app(visitor: Visitor) -> AppTest:
    """The page as an administrator sees it, beside one analyst."""
    accounts = visitor.bench.accounts
    accounts.add_user(accounts.system_actor(), "ana", Role.ANALYST, PASSWORD)
    return visitor.sign_in(Role.ADMIN).open("users")


def choose(app: AppTest, name: str) -> AppTest:
    return app.selectbox(key="users_chosen").set_value(name).run()


def user(visitor: Visitor, name: str) -> UserInfo:
    accounts = visitor.bench.accounts
    return {user.username: user for user in accounts.users(accounts.system_actor())}[name]


def test_everybody_is_listed(app: AppTest) -> None:
    assert list(app.dataframe[0].value["Name"]) == ["admin", "ana"]
    assert list(app.dataframe[0].value["Role"]) == ["admin", "analyst"]


def test_user_with_a_typed_password_can_sign_in(visitor: Visitor, app: AppTest) -> None:
    app.text_input(key="new_username").set_value("bob")
    app.text_input(key="new_password").set_value(PASSWORD)
    app.checkbox(key="new_must").uncheck()
    app.selectbox(key="new_role").set_value(Role.GUEST)
    app.button(key=ADD).click().run()
    assert not app.error
    assert app.text_input(key="new_password").value == ""
    actor = visitor.bench.accounts.sign_in("bob", PASSWORD, "test").actor
    assert (actor.role, actor.must_change_password) == (Role.GUEST, False)


def test_made_up_password_is_shown_and_temporary(visitor: Visitor, app: AppTest) -> None:
    app.text_input(key="new_username").set_value("bob")
    app.checkbox(key="new_must").uncheck()
    app.button(key=ADD).click().run()
    actor = visitor.bench.accounts.sign_in("bob", app.code[0].value, "test").actor
    assert actor.must_change_password


@pytest.mark.parametrize(
    ("name", "password", "why"),
    [("ANA", PASSWORD, "already"), ("x y", PASSWORD, "2 to 64"), ("bob", "short", "12 to")],
)
def test_refused_user_says_why_and_keeps_what_was_typed(
    app: AppTest, name: str, password: str, why: str
) -> None:
    app.text_input(key="new_username").set_value(name)
    app.text_input(key="new_password").set_value(password)
    app.button(key=ADD).click().run()
    assert why in app.error[0].value
    assert app.text_input(key="new_username").value == name
    assert len(app.dataframe[0].value) == 2


def test_role_changes(visitor: Visitor, app: AppTest) -> None:
    choose(app, "ana")
    app.selectbox(key=f"role_of_{user(visitor, 'ana').id}").set_value(Role.ADMIN)
    app.button(key="set_role").click().run()
    assert user(visitor, "ana").role is Role.ADMIN
    assert list(app.dataframe[0].value["Role"]) == ["admin", "admin"]


def test_disable_is_taken_back_by_enable(visitor: Visitor, app: AppTest) -> None:
    choose(app, "ana")
    app.button(key="disable").click().run()
    assert not user(visitor, "ana").active
    assert list(app.dataframe[0].value["State"]) == ["active", "disabled"]
    app.button(key="enable").click().run()
    assert user(visitor, "ana").active


def test_reset_shows_a_password_that_replaces_the_old_one(visitor: Visitor, app: AppTest) -> None:
    choose(app, "ana")
    app.button(key="reset").click().run()
    accounts = visitor.bench.accounts
    assert accounts.sign_in("ana", app.code[0].value, "test").actor.must_change_password
    with pytest.raises(NotSignedIn):
        accounts.sign_in("ana", PASSWORD, "test")


def test_last_admin_is_kept_with_a_word_why(visitor: Visitor, app: AppTest) -> None:
    choose(app, "admin")
    app.button(key="disable").click().run()
    assert "last active administrator" in app.error[0].value
    assert user(visitor, "admin").active


def test_callback_of_a_demoted_admin_changes_nothing(visitor: Visitor, app: AppTest) -> None:
    choose(app, "ana")
    accounts = visitor.bench.accounts
    accounts.add_user(accounts.system_actor(), "boss", Role.ADMIN, PASSWORD)
    accounts.set_role(accounts.system_actor(), "admin", Role.ANALYST)
    app.button(key="disable").click().run()
    assert "does not allow" in app.error[0].value
    assert user(visitor, "ana").active


def test_signed_out_meanwhile_changes_nothing(visitor: Visitor, app: AppTest) -> None:
    choose(app, "ana")
    assert visitor.actor is not None
    visitor.bench.accounts.sign_out(visitor.actor)
    app.button(key="disable").click().run()
    assert "signed out" in app.error[0].value
    assert user(visitor, "ana").active
