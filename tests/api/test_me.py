"""Who is calling, and where else they are signed in."""

from collections.abc import Callable

from starlette.testclient import TestClient

from core.ids import new_id
from core.permissions import Permission, Role, Scope
from core.workbench import Workbench
from tests.api.conftest import PASSWORD, error_of

OURS = {"Origin": "http://testserver"}


def test_a_browser_is_told_who_it_is(browser: TestClient) -> None:
    me = browser.get("/api/v1/me").json()
    assert (me["username"], me["role"]) == ("bob", "analyst")
    assert me["session_id"] is not None
    assert me["key_id"] is None
    assert set(me["permissions"]) >= {"detect", "rate", "own_keys"}
    assert "review" not in me["permissions"]


def test_a_key_is_told_what_is_left_to_it(as_user: Callable[..., TestClient]) -> None:
    me = as_user("ana", Role.ADMIN, {Scope.DETECT}).get("/api/v1/me").json()
    assert (me["role"], me["scopes"], me["session_id"]) == ("admin", ["detect"], None)
    assert set(me["permissions"]) == {Permission.DETECT, Permission.HISTORY, Permission.BATCH}


def test_ones_own_sign_ins_are_listed_and_ended(browser: TestClient, bench: Workbench) -> None:
    other = bench.accounts.sign_in("bob", PASSWORD, "192.0.2.9").session_id
    listed = browser.get("/api/v1/me/sessions").json()["sessions"]
    assert {each["id"]: each["current"] for each in listed}[str(other)] is False
    assert [each["current"] for each in listed].count(True) == 1
    path = f"/api/v1/me/sessions/{other}"
    assert browser.delete(path).status_code == 403, "without an origin"
    assert browser.delete(path, headers=OURS).status_code == 204
    assert browser.delete(path, headers=OURS).status_code == 204
    assert bench.accounts.actor_for_session(other) is None
    assert len(browser.get("/api/v1/me/sessions").json()["sessions"]) == 1


def test_a_strangers_sign_in_is_unknown_even_to_an_admin(
    admin: TestClient, analyst: TestClient, bench: Workbench, browser: TestClient
) -> None:
    bobs = browser.get("/api/v1/me").json()["session_id"]
    for client in (admin, analyst):
        for session_id in (bobs, str(new_id())):
            answer = client.delete(f"/api/v1/me/sessions/{session_id}")
            assert answer.status_code == 404
            assert error_of(answer)["code"] == "not_found"
    assert browser.get("/api/v1/me").status_code == 200


def test_signing_out_everywhere_ends_this_cookie_too(browser: TestClient) -> None:
    assert browser.delete("/api/v1/me/sessions", headers=OURS).status_code == 204
    assert browser.get("/api/v1/me").status_code == 401
