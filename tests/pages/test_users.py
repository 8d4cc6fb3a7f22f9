"""The users page: people found, added, changed, kept out, put back."""

from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from core.accounts.types import UserInfo
from core.errors import NotSignedIn
from core.permissions import Role
from core.runs.types import Task
from tests.core.review import rows
from tests.pages.conftest import PASSWORD, Visitor, texts

ADD = "FormSubmitter:add_user-Add user"


@pytest.fixture
def ana(visitor: Visitor) -> UUID:
    accounts = visitor.bench.accounts
    return accounts.add_user(accounts.system_actor(), "ana", Role.ANALYST, PASSWORD).id


@pytest.fixture
def app(visitor: Visitor, ana: UUID) -> AppTest:
    """The page as an administrator sees it, beside one analyst."""
    assert ana
    return visitor.sign_in(Role.ADMIN).open("users")


@pytest.fixture
def beside(visitor: Visitor, app: AppTest, ana: UUID) -> AppTest:
    """The same with the analyst open beside the list."""
    assert app
    return visitor.open("users", user=str(ana))


def user(visitor: Visitor, name: str) -> UserInfo:
    accounts = visitor.bench.accounts
    return {user.username: user for user in accounts.users(accounts.system_actor())}[name]


def names(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["Name"])


def answer(app: AppTest, key: str, *, yes: bool = True) -> AppTest:
    """Take a step that asks first, and answer."""
    app.button(key=key).click().run()
    return app.button(key=f"asking-{'yes' if yes else 'no'}").click().run()


def choose_role(app: AppTest, role: Role) -> AppTest:
    [field] = [each for each in app.selectbox if (each.key or "").startswith("user-role-")]
    return field.set_value(role).run()


def test_everybody_is_listed(app: AppTest) -> None:
    assert names(app) == ["admin", "ana"]
    assert list(app.dataframe[0].value["Role"]) == ["admin", "analyst"]
    assert "1 to 2 of 2 users" in texts(app)


def test_filters_narrow_the_list_and_stand_in_the_address(app: AppTest) -> None:
    app.text_input(key="users-text").set_value(" AN ").run()
    assert names(app) == ["ana"]
    app.selectbox(key="users-role").set_value(Role.GUEST).run()
    assert "Nobody matches" in app.info[0].value
    assert app.query_params == {"text": "AN", "role": "guest"}
    app.button(key="users-everybody").click().run()
    assert names(app) == ["admin", "ana"]


def test_pages_of_the_list_are_turned(visitor: Visitor, app: AppTest) -> None:
    for number in range(55):
        rows.person(visitor.bench.database, f"u{number:02}")
    app.run()
    app.button(key="users-next").click().run()
    assert names(app) == [f"u{number:02}" for number in range(48, 55)]
    assert "51 to 57 of 57 users" in texts(app)
    app.button(key="users-first").click().run()
    assert names(app)[0] == "admin"


def test_an_address_that_names_no_view_says_so(visitor: Visitor, app: AppTest) -> None:
    assert app
    assert "does not name a state" in visitor.open("users", state="lost").error[0].value
    for first in ("-3", "9" * 10):
        assert "a place in the list" in visitor.open("users", **{"from": first}).error[0].value
    assert "no such user" in visitor.open("users", user=str(UUID(int=7))).error[0].value


def test_one_person_is_told_of(visitor: Visitor, beside: AppTest, ana: UUID) -> None:
    accounts = visitor.bench.accounts
    accounts.sign_in("ana", PASSWORD, "192.0.2.44")
    said = texts(visitor.open("users", user=str(ana)))
    assert beside
    for part in ("signs in with: password", "Signed in** (1)", "192.0.2.44", "0 runs", str(ana)):
        assert part in said


def test_runs_lead_to_the_run_as_its_owner_sees_it(
    visitor: Visitor, app: AppTest, ana: UUID
) -> None:
    assert app
    database = visitor.bench.database
    accounts = visitor.bench.accounts
    owner = accounts.sign_in("ana", PASSWORD, "192.0.2.44").actor
    model = rows.model(database, Task.GENERATION, "m")
    run = rows.run(database, owner, model, prompt="a *bold* prompt")
    page = visitor.open("users", user=str(ana))
    [link] = [each for each in page.main if each.type == "page_link" and "bold" in str(each.proto)]
    assert str(run) in link.proto.query_string
    assert r"a \*bold\* prompt" in link.proto.label


def test_user_with_a_typed_password_can_sign_in(visitor: Visitor, app: AppTest) -> None:
    app.button(key="users-new").click().run()
    app.text_input(key="new_username").set_value("bob")
    app.text_input(key="new_password").set_value(PASSWORD)
    app.checkbox(key="new_must").uncheck()
    app.selectbox(key="new_role").set_value(Role.GUEST)
    app.button(key=ADD).click().run()
    assert not app.error
    assert app.query_params == {"user": str(user(visitor, "bob").id)}
    actor = visitor.bench.accounts.sign_in("bob", PASSWORD, "test").actor
    assert (actor.role, actor.must_change_password) == (Role.GUEST, False)


def test_made_up_password_is_shown_and_temporary(visitor: Visitor, app: AppTest) -> None:
    app.button(key="users-new").click().run()
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
    app.button(key="users-new").click().run()
    app.text_input(key="new_username").set_value(name)
    app.text_input(key="new_password").set_value(password)
    app.button(key=ADD).click().run()
    assert why in app.error[0].value
    assert app.text_input(key="new_username").value == name
    assert len(app.dataframe[0].value) == 2


def test_a_role_is_given_once_it_is_confirmed_and_taken_back(
    visitor: Visitor, beside: AppTest
) -> None:
    choose_role(beside, Role.ADMIN)
    answer(beside, "user-set-role", yes=False)
    assert user(visitor, "ana").role is Role.ANALYST
    answer(choose_role(beside, Role.ADMIN), "user-set-role")
    assert user(visitor, "ana").role is Role.ADMIN
    assert "ana is now admin." in texts(beside)
    beside.button(key="users-undo").click().run()
    assert user(visitor, "ana").role is Role.ANALYST
    assert "ana is as before." in texts(beside)


def test_disable_names_the_person_and_what_follows_and_is_undone(
    visitor: Visitor, beside: AppTest
) -> None:
    beside.button(key="user-active").click().run()
    assert user(visitor, "ana").active
    assert "signed out at once" in texts(beside)
    assert beside.button(key="asking-yes").label == "Disable ana"
    beside.button(key="asking-yes").click().run()
    assert not user(visitor, "ana").active
    assert list(beside.dataframe[0].value["State"]) == ["active", "disabled"]
    beside.button(key="users-undo").click().run()
    assert user(visitor, "ana").active


def test_letting_in_again_asks_nothing(visitor: Visitor, beside: AppTest) -> None:
    answer(beside, "user-active")
    beside.button(key="user-active").click().run()
    assert user(visitor, "ana").active
    assert "ana is now enabled." in texts(beside)


def test_one_is_warned_before_one_shuts_oneself_out(visitor: Visitor, app: AppTest) -> None:
    assert app
    page = visitor.open("users", user=str(user(visitor, "admin").id))
    page.button(key="user-active").click().run()
    assert "Your own account is among them" in texts(page)
    page.button(key="asking-no").click().run()
    choose_role(page, Role.GUEST)
    page.button(key="user-set-role").click().run()
    assert "Your own account is among them" in texts(page)


def test_reset_shows_a_password_that_replaces_the_old_one(
    visitor: Visitor, beside: AppTest
) -> None:
    answer(beside, "user-reset")
    accounts = visitor.bench.accounts
    assert accounts.sign_in("ana", beside.code[0].value, "test").actor.must_change_password
    with pytest.raises(NotSignedIn):
        accounts.sign_in("ana", PASSWORD, "test")


def test_sign_ins_are_ended_all_at_once(visitor: Visitor, app: AppTest, ana: UUID) -> None:
    assert app
    accounts = visitor.bench.accounts
    held = [accounts.sign_in("ana", PASSWORD, f"192.0.2.{n}").session_id for n in (1, 2)]
    page = visitor.open("users", user=str(ana))
    page.button(key=f"user-end-{held[0]}").click().run()
    assert [accounts.actor_for_session(each) is None for each in held] == [True, False]
    answer(page, "user-end-sessions")
    assert accounts.actor_for_session(held[1]) is None
    assert "Nowhere now" in texts(page)


def test_a_key_is_revoked_and_restored(visitor: Visitor, app: AppTest, ana: UUID) -> None:
    assert app
    accounts = visitor.bench.accounts
    made = accounts.add_key(accounts.system_actor(), "robot", None, "ana")
    page = visitor.open("users", user=str(ana))
    page.button(key=f"user-revoke-{made.info.id}").click().run()
    assert accounts.actor_for_key(made.secret) is None
    page.button(key=f"user-restore-{made.info.id}").click().run()
    assert accounts.actor_for_key(made.secret) is not None


def test_an_identity_is_unlinked_once_it_is_confirmed(
    visitor: Visitor, app: AppTest, ana: UUID
) -> None:
    assert app
    accounts = visitor.bench.accounts
    accounts.link_identity(accounts.system_actor(), "ana", "https://id.example", "7")
    page = visitor.open("users", user=str(ana))
    assert "single sign-on" in page.dataframe[0].value["Signs in with"].iloc[1]
    answer(page, "user-unlink-https://id.example-7")
    assert accounts.identities_of(accounts.system_actor(), "ana") == ()


def test_last_admin_is_kept_with_a_word_why(visitor: Visitor, app: AppTest) -> None:
    assert app
    page = visitor.open("users", user=str(user(visitor, "admin").id))
    answer(page, "user-active")
    assert "last active administrator" in page.error[0].value
    assert user(visitor, "admin").active


def test_answer_of_an_admin_demoted_meanwhile_changes_nothing(
    visitor: Visitor, beside: AppTest
) -> None:
    beside.button(key="user-active").click().run()
    accounts = visitor.bench.accounts
    accounts.add_user(accounts.system_actor(), "boss", Role.ADMIN, PASSWORD)
    accounts.set_role(accounts.system_actor(), "admin", Role.ANALYST)
    beside.button(key="asking-yes").click().run()
    assert "not allowed for your role" in texts(beside)
    assert user(visitor, "ana").active


def test_undo_of_an_admin_demoted_meanwhile_changes_nothing(
    visitor: Visitor, beside: AppTest
) -> None:
    answer(beside, "user-active")
    accounts = visitor.bench.accounts
    accounts.add_user(accounts.system_actor(), "boss", Role.ADMIN, PASSWORD)
    accounts.set_role(accounts.system_actor(), "admin", Role.ANALYST)
    beside.button(key="users-undo").click().run()
    assert "does not allow" in texts(beside)
    assert not user(visitor, "ana").active


def test_signed_out_meanwhile_changes_nothing(visitor: Visitor, beside: AppTest) -> None:
    beside.button(key="user-active").click().run()
    assert visitor.actor is not None
    visitor.bench.accounts.sign_out(visitor.actor)
    beside.button(key="asking-yes").click().run()
    assert user(visitor, "ana").active


def test_a_question_does_not_follow_to_another_page(visitor: Visitor, beside: AppTest) -> None:
    beside.button(key="user-active").click().run()
    visitor.open("account")
    page = visitor.open("users", user=str(user(visitor, "ana").id))
    assert not [each for each in page.button if each.key == "asking-yes"]


def test_a_file_says_what_is_wrong_then_adds_everybody(visitor: Visitor, app: AppTest) -> None:
    app.button(key="users-from-file").click().run()
    app.file_uploader(key="users-file").set_value(("l.csv", b"bob,guest\nana,guest", "text/csv"))
    app.run()
    assert "1 line cannot be used" in app.warning[0].value
    assert list(app.table[0].value["Line"]) == [2]
    app.file_uploader(key="users-file").set_value(("l.csv", b"bob,guest\nzo,admin", "text/csv"))
    app.run()
    assert "2 new users: 1 guest, 1 admin" in texts(app)
    app.button(key="users-add-file").click().run()
    assert names(app) == ["admin", "ana", "bob", "zo"]
    assert "2 users are added" in texts(app)
    kept = app.session_state["glimpse"].new_people
    actor = visitor.bench.accounts.sign_in("bob", kept[0].password, "test").actor
    assert actor.must_change_password
    app.button(key="users-saved").click().run()
    assert app.session_state["glimpse"].new_people == ()


def test_others_do_not_see_the_page(visitor: Visitor) -> None:
    page = visitor.sign_in(Role.ANALYST).open("users")
    assert not page.dataframe
