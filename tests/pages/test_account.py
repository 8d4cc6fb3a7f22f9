"""The account page: password, keys, sessions."""

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from core.accounts.types import NewKey
from core.clock import now
from core.errors import NotSignedIn
from core.permissions import Actor, Role, Scope
from tests.core.generation.test_usage import use
from tests.pages.conftest import PASSWORD, Visitor, texts
from ui.text import plain

NEW_PASSWORD = "my very own password"


def change(app: AppTest, current: str, new: str, again: str) -> AppTest:
    app.text_input(key="password_current").set_value(current)
    app.text_input(key="password_new").set_value(new)
    app.text_input(key="password_again").set_value(again)
    return app.button(key="FormSubmitter:change_password-Change password").click().run()


def person(visitor: Visitor) -> Actor:
    assert visitor.actor is not None
    return visitor.actor


def a_key(visitor: Visitor) -> NewKey:
    return visitor.bench.accounts.add_key(person(visitor), "notebook")


def test_password_changes_and_this_tab_stays_signed_in(visitor: Visitor) -> None:
    app = change(
        visitor.sign_in(Role.ANALYST).open("account"), PASSWORD, NEW_PASSWORD, NEW_PASSWORD
    )
    assert "password is changed" in app.success[0].value
    assert [title.value for title in app.run().title] == ["Account"]
    visitor.bench.accounts.sign_in("analyst", NEW_PASSWORD, "test")
    with pytest.raises(NotSignedIn):
        visitor.bench.accounts.sign_in("analyst", PASSWORD, "test")


@pytest.mark.parametrize(
    ("current", "new", "again", "why"),
    [
        (PASSWORD, NEW_PASSWORD, "something else", "differ"),
        (PASSWORD, "short", "short", "12 to 1,000"),
        ("not my password", NEW_PASSWORD, NEW_PASSWORD, "current password is wrong"),
    ],
)
def test_refused_change_says_why_and_changes_nothing(
    visitor: Visitor, current: str, new: str, again: str, why: str
) -> None:
    app = change(visitor.sign_in(Role.ANALYST).open("account"), current, new, again)
    assert why in app.error[0].value
    assert not app.success
    visitor.bench.accounts.sign_in("analyst", PASSWORD, "test")


def test_new_key_is_shown_until_dismissed_and_works(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("account")
    app.text_input(key="key_label").set_value("notebook")
    app.multiselect(key="key_scopes").set_value([Scope.DETECT])
    app.button(key="FormSubmitter:new_key-Create key").click().run()
    secret = app.code[0].value
    found = visitor.bench.accounts.actor_for_key(secret)
    assert found is not None
    assert found.scopes == frozenset({Scope.DETECT})
    end = visitor.bench.accounts.keys(person(visitor))[0].expires_at
    assert end is not None
    assert end - now() > timedelta(days=89)
    assert app.run().code[0].value == secret
    app.button(key="secret_done").click().run()
    assert not app.code
    assert "notebook" in texts(app)
    assert secret not in texts(app)


def test_key_without_a_label_is_refused(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("account")
    app.button(key="FormSubmitter:new_key-Create key").click().run()
    assert "label" in app.error[0].value
    assert not app.code


def test_key_is_revoked_after_a_second_click(visitor: Visitor) -> None:
    made = a_key(visitor.sign_in(Role.ANALYST))
    app = visitor.open("account")
    assert visitor.bench.accounts.actor_for_key(made.secret) is not None
    app.button(key=f"revoke_{made.info.id}").click().run()
    assert visitor.bench.accounts.actor_for_key(made.secret) is None
    app.button(key=f"restore_{made.info.id}").click().run()
    assert visitor.bench.accounts.actor_for_key(made.secret) is not None
    assert f"revoke_{made.info.id}" in {button.key for button in app.button}


def test_a_key_that_ends_within_a_week_is_warned_of(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    for label, days in (("soon", 6), ("later", 8), ("never", None)):
        visitor.bench.accounts.add_key(person(visitor), label, days=days)
    (warning,) = visitor.open("account").warning
    assert "“soon” expires on" in warning.value


def test_guest_is_told_why_there_are_no_keys(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.GUEST).open("account")
    assert "not for the role" in app.info[0].value
    assert "key_label" not in app.session_state


def test_what_was_written_is_told_in_a_line(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    nothing = "Today 0 texts, 0 tokens; in the last 30 days 0 texts, 0 tokens."
    assert nothing in texts(visitor.open("account"))
    assert visitor.actor is not None
    today = now().date()
    use(visitor.bench.database, visitor.actor, today, 12)
    use(visitor.bench.database, visitor.actor, today - timedelta(days=29), 1)
    use(visitor.bench.database, visitor.actor, today - timedelta(days=30), 5)
    told = "Today 12 texts, 1,320 tokens; in the last 30 days 13 texts, 1,430 tokens."
    assert told in texts(visitor.open("account"))


def test_sign_out_everywhere_ends_other_browsers_and_this_one(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("account")
    accounts = visitor.bench.accounts
    elsewhere = accounts.sign_in("analyst", PASSWORD, "other").session_id
    app.button(key="everywhere").click().run()
    assert accounts.actor_for_session(elsewhere) is None
    assert [field.label for field in app.text_input] == ["Username", "Password"]


def test_markdown_in_a_label_is_shown_as_typed(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    assert visitor.actor is not None
    label = "[a](http://b) :red[c]"
    visitor.bench.accounts.add_key(visitor.actor, label)
    assert plain(label) in texts(visitor.open("account"))
