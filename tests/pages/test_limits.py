"""Limits on pages: told where they are reached, seen on the account page, set by admins."""

import pytest
from streamlit.testing.v1 import AppTest

from core.limits.types import DEFAULTS, Quota
from core.permissions import Role
from core.runs.types import Task
from tests.core.limits.conftest import ask
from tests.pages.conftest import PASSWORD, Visitor, texts
from tests.pages.generating import REPORT, press_run, who

GUEST_DAY = DEFAULTS[Role.GUEST, Task.GENERATION].per_day or 0


def use_up(visitor: Visitor, tokens: int = GUEST_DAY) -> None:
    ask(visitor.bench.database, who(visitor), Task.GENERATION, amount=tokens)


def allow(visitor: Visitor, role: Role, task: Task, quota: Quota) -> None:
    visitor.bench.limits.change(visitor.bench.accounts.system_actor(), role, task, quota)


def set_limit(app: AppTest, form: str, **values: int | None) -> AppTest:
    """Type into the fields of a form, each by its span, and set it."""
    for span, value in values.items():
        field = next(f for f in app.number_input if str(f.key).startswith(f"{form}-{span}"))
        field.set_value(value)
    return app.button(key=f"FormSubmitter:{form}-Set").click().run()


@pytest.fixture
def app(visitor: Visitor) -> AppTest:
    """The page of an administrator, beside one guest."""
    accounts = visitor.bench.accounts
    accounts.add_user(accounts.system_actor(), "gus", Role.GUEST, PASSWORD)
    return visitor.sign_in(Role.ADMIN).open("limits")


def of_gus(visitor: Visitor, task: Task = Task.DETECTION) -> Quota:
    person = visitor.bench.limits.named(who(visitor), "gus")
    return next(use.quota for use in person.tasks if use.task is task)


def test_a_used_up_day_is_told_and_the_prompt_stays(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.sign_in(Role.GUEST)
    use_up(visitor)
    app = press_run(visitor.open("generation"), REPORT)
    (error,) = app.error
    assert "You have used today's 20,000 tokens. It works again at 00:00 UTC" in error.value
    assert app.text_area(key="generation-prompt").value == REPORT
    assert "run" not in app.query_params
    assert "0 of today's 20,000 tokens left" in texts(app)


def test_little_that_is_left_is_told_beside_the_button(visitor: Visitor) -> None:
    visitor.sign_in(Role.GUEST)
    use_up(visitor, int(0.8 * GUEST_DAY))
    assert "tokens left" not in texts(visitor.open("generation"))
    use_up(visitor, 1_000)
    assert "3,000 of today's 20,000 tokens left" in texts(visitor.open("generation"))
    assert "left" not in texts(visitor.open("detection"))


def test_the_account_page_shows_own_limits_and_use(visitor: Visitor) -> None:
    visitor.sign_in(Role.GUEST)
    ask(visitor.bench.database, who(visitor), requests=2, amount=37)
    app = visitor.open("account")
    assert not app.exception
    bars = [bar.proto.text for bar in app.get("progress")]
    assert "37 of 100 pictures today" in bars[0]
    assert "0 of 20,000 tokens today" in bars[1]
    assert "2 of 10 requests this minute" in texts(app)
    assert "0 of 1 text being written" in texts(app)


def test_who_has_no_limit_is_told_so(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ADMIN).open("account")
    assert "0 pictures today, no limit" in texts(app)
    assert "0 requests this minute, no limit" in texts(app)


def test_an_admin_sets_the_limit_of_a_role_and_takes_it_back(
    visitor: Visitor, app: AppTest
) -> None:
    set_limit(app, "limit-guest-detection", minute=4, day=None)
    assert of_gus(visitor) == Quota(4)
    assert "The limit of the role guest is changed." in texts(app)
    app.button(key="limits-undo").click().run()
    assert of_gus(visitor) == DEFAULTS[Role.GUEST, Task.DETECTION]
    app.button(key="limits-undo").click().run()
    assert of_gus(visitor) == Quota(4)
    app.button(key="FormSubmitter:limit-guest-detection-Use the default").click().run()
    assert of_gus(visitor) == DEFAULTS[Role.GUEST, Task.DETECTION]
    assert not app.error


def test_an_admin_sets_the_limit_of_a_person(visitor: Visitor, app: AppTest) -> None:
    assert "Nobody" in texts(app)
    app.text_input(key="limits-person").set_value("gus").run()
    assert "gus" in app.query_params["user"]
    assert "The limit of the role guest holds for gus." in texts(app)
    whose = visitor.bench.limits.named(who(visitor), "gus").user_id
    set_limit(app, f"limit-{whose}-generation", day=900, streams=3)
    assert of_gus(visitor, Task.GENERATION) == Quota(10, 900, 3)
    row = app.dataframe[0].value.iloc[0]
    assert (row["Name"], row["Task"], row["A day"]) == ("gus", "generation", 900)
    app.button(key=f"FormSubmitter:limit-{whose}-generation-Use the role's").click().run()
    assert of_gus(visitor, Task.GENERATION) == DEFAULTS[Role.GUEST, Task.GENERATION]


def test_a_person_in_the_address_is_opened(visitor: Visitor, app: AppTest) -> None:
    assert not app.error
    opened = Visitor(visitor.bench, actor=visitor.actor)
    opened.app.session_state["glimpse"] = app.session_state["glimpse"]
    opened.app.session_state["glimpse"].page = None
    assert "holds for gus" in texts(opened.open("limits", user="gus"))


def test_a_name_that_nobody_has_is_said(app: AppTest) -> None:
    app.text_input(key="limits-person").set_value("nobody").run()
    assert "There is no user “nobody”" in app.error[0].value


def test_callback_of_a_demoted_admin_changes_nothing(visitor: Visitor, app: AppTest) -> None:
    accounts = visitor.bench.accounts
    root = accounts.system_actor()
    accounts.add_user(root, "boss", Role.ADMIN, PASSWORD)
    accounts.set_role(root, "admin", Role.ANALYST)
    set_limit(app, "limit-guest-detection", minute=4)
    assert "does not allow" in app.error[0].value
    held = visitor.bench.limits.named(root, "gus").tasks[0].quota
    assert held == DEFAULTS[Role.GUEST, Task.DETECTION]


@pytest.mark.parametrize("role", [Role.GUEST, Role.ANALYST])
def test_the_page_is_for_admins(visitor: Visitor, role: Role) -> None:
    app = visitor.sign_in(role).open("limits")
    assert "not allowed for your role" in app.warning[0].value
    assert not app.number_input
