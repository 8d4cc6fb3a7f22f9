"""Changing one's own password, and what a temporary one is good for: nothing else."""

import re
from io import StringIO
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from core.errors import NotSignedIn
from core.permissions import Role
from core.workbench import Workbench
from tests.api.conftest import PASSWORD, People, error_of

PATH = "/api/v1/me/password"
OURS = {"Origin": "http://testserver"}
NEW = "another good password"
CHANGE = {"current": PASSWORD, "new": NEW}
OPEN = {*(("get", "/healthz"), ("get", "/readyz"), ("get", "/metrics"), ("get", "/api/v1/notice"))}
"""Calls that need no session, or that none opens."""
UNKNOWN = str(UUID(int=1))


def signed_in(bench: Workbench, client: TestClient, name: str, password: str) -> TestClient:
    """A browser with the session cookie of `name`."""
    session = bench.accounts.sign_in(name, password, "192.0.2.1").session_id
    token = bench.accounts.redeem_ticket(bench.accounts.set_cookie_ticket(session)).token
    assert token is not None
    opened = TestClient(client.app, cookies={"glimpse_session": token}, headers=OURS)
    opened.portal = client.portal
    return opened


@pytest.fixture
def newcomer(bench: Workbench, client: TestClient, people: People) -> TestClient:
    """A browser with the session of an admin whose password is temporary."""
    people.add("root", Role.ADMIN)
    temporary = bench.accounts.reset_password(bench.accounts.system_actor(), "root")
    opened = signed_in(bench, client, "root", temporary)
    opened.headers["X-Temporary"] = temporary
    return opened


@pytest.mark.parametrize("role", list(Role))
def test_a_change_ends_every_other_session_and_not_this_one(
    bench: Workbench, client: TestClient, people: People, role: Role
) -> None:
    people.add("bob", role)
    here, elsewhere = (signed_in(bench, client, "bob", PASSWORD) for _ in range(2))
    assert here.post(PATH, json=CHANGE).status_code == 204
    assert here.get("/api/v1/models").status_code == 200
    assert elsewhere.get("/api/v1/models").status_code == 401
    assert bench.accounts.sign_in("bob", NEW, "192.0.2.1")
    with pytest.raises(NotSignedIn):
        bench.accounts.sign_in("bob", PASSWORD, "192.0.2.1")


def test_strangers_and_other_sites_change_nothing(client: TestClient, browser: TestClient) -> None:
    assert client.post(PATH, json=CHANGE).status_code == 401
    for headers in ({}, {"Origin": "http://evil.example"}):
        assert browser.post(PATH, json=CHANGE, headers=headers).status_code == 403


def test_a_key_cannot_change_a_password(admin: TestClient, bench: Workbench) -> None:
    refused = admin.post(PATH, json=CHANGE)
    assert refused.status_code == 403
    assert "API key" in error_of(refused)["message"]
    assert bench.accounts.sign_in("root", PASSWORD, "192.0.2.1")


@pytest.mark.parametrize(
    ("current", "new", "why"),
    [
        ("not my password", NEW, "current password is wrong"),
        (PASSWORD, "too short", "12 to 1,000"),
        (PASSWORD, "password1234", "most common"),
        (PASSWORD, PASSWORD, "is the current one"),
    ],
)
def test_a_refused_change_says_why(browser: TestClient, current: str, new: str, why: str) -> None:
    refused = browser.post(PATH, json={"current": current, "new": new}, headers=OURS)
    assert refused.status_code == 422
    assert why in error_of(refused)["message"]
    assert browser.get("/api/v1/models").status_code == 200


def test_guesses_at_the_current_password_are_held(browser: TestClient) -> None:
    wrong = {"current": "not my password", "new": NEW}
    answers = [browser.post(PATH, json=wrong, headers=OURS) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 10
    assert "try again in" in error_of(answers[-1])["message"]


def test_passwords_stand_in_no_answer_and_no_log(browser: TestClient, logged: StringIO) -> None:
    canary = "canary-Zq7-password"
    for body in (
        {"current": canary, "new": NEW},
        {"current": canary, "new": canary * 80},
        {"current": [canary], "new": canary},
    ):
        answer = browser.post(PATH, json=body, headers=OURS)
        assert answer.status_code == 422
        assert canary not in answer.text
    assert canary not in logged.getvalue()


def test_a_temporary_password_opens_no_call_but_the_one_that_changes_it(
    newcomer: TestClient,
) -> None:
    paths = newcomer.get("/api/openapi.json").json()["paths"]
    calls = {(verb, path) for path, verbs in paths.items() for verb in verbs}
    for method, path in calls - OPEN - {("post", PATH)}:
        answer = newcomer.request(method, re.sub(r"{\w+}", UNKNOWN, path))
        assert answer.status_code == 403, (method, path)
        assert "password" in error_of(answer)["message"]
    temporary = newcomer.headers["X-Temporary"]
    assert newcomer.post(PATH, json={"current": temporary, "new": NEW}).status_code == 204
    assert newcomer.get("/api/v1/feedback").status_code == 200
