"""The start page, role by role."""

import pytest
from streamlit.testing.v1 import AppTest

from core.permissions import Role
from core.runs.types import RunStatus
from tests.pages.conftest import PASSWORD, Visitor, texts

NEW_PASSWORD = "my very own password"


def links(app: AppTest) -> list[str]:
    return [link.label for link in app.page_link]


def test_analyst_sees_two_actions_and_an_explained_empty_place(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("")
    assert not app.exception
    assert not app.error
    assert {"go_detection", "go_generation"} <= {button.key for button in app.button}
    assert "No runs yet" in app.info[0].value
    assert "First steps" not in texts(app)
    assert "triage" not in texts(app)


def test_own_runs_are_linked_and_those_of_others_are_not(visitor: Visitor) -> None:
    other = visitor.sign_in(Role.ANALYST, "other").actor
    mine = visitor.sign_in(Role.ANALYST, "mine").actor
    assert mine is not None
    assert other is not None
    for actor, prompt in ((mine, "the *first* line of mine"), (other, "theirs")):
        run = visitor.bench.generation.start(actor, prompt)
        done = visitor.bench.generation.wait(actor, run.id, timeout_s=60)
        assert done.status is RunStatus.DONE
    app = visitor.open("")
    assert links(app) == [r"the \*first\* line of mine", "All your runs"]
    assert str(app.page_link[0].proto.query_string).startswith("run=")


def test_guest_is_told_why_no_runs_are_listed(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.GUEST).open("")
    assert not app.error
    assert "not listed" in texts(app)


def test_admin_sees_the_steps_that_are_open(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ADMIN).open("")
    assert links(app)[:3] == ["Change your password", "Add an analyst", "Try a detection"]
    assert "Nothing waits for triage" in texts(app)


def test_done_steps_say_so(visitor: Visitor) -> None:
    actor = visitor.sign_in(Role.ADMIN).actor
    assert actor is not None
    accounts = visitor.bench.accounts
    accounts.change_password(actor, PASSWORD, NEW_PASSWORD)
    accounts.add_user(actor, "ana", Role.ANALYST, PASSWORD)
    assert links(visitor.open(""))[:3] == [
        "Change your password (done)",
        "Add an analyst (done)",
        "Try a detection",
    ]


def test_admin_sees_how_many_ratings_wait(visitor: Visitor) -> None:
    ana = visitor.sign_in(Role.ANALYST).actor
    assert ana is not None
    run = visitor.bench.generation.start(ana, "a red circle")
    visitor.bench.generation.wait(ana, run.id, timeout_s=60)
    visitor.bench.feedback.rate(ana, run.id, 4)
    app = visitor.sign_in(Role.ADMIN).open("")
    assert "1 rating waits for triage" in links(app)


@pytest.mark.parametrize("role", list(Role))
def test_models_and_their_state_are_named(visitor: Visitor, role: Role) -> None:
    app = visitor.sign_in(role).open("")
    shown = texts(app)
    for info in visitor.bench.models.infos():
        assert info.id in shown


def test_the_list_of_keys_opens(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("home")
    app.button(key="keys").click().run()
    assert not app.exception
    assert "?" in list(app.table[0].value["Key"])
