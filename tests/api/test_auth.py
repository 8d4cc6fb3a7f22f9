"""Who may call: keys, sessions, scopes, and pages of other sites."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from core.permissions import Role, Scope
from core.workbench import Workbench
from tests.api.conftest import People, error_of

PRIVATE = [
    ("GET", "/api/v1/models"),
    ("POST", "/api/v1/detect"),
    ("GET", "/api/v1/runs/01a1fbc9-9c82-71c7-b313-43958faaf6be"),
    ("GET", "/api/v1/runs/01a1fbc9-9c82-71c7-b313-43958faaf6be/stream"),
    ("GET", "/api/v1/runs/01a1fbc9-9c82-71c7-b313-43958faaf6be/image"),
    ("POST", "/api/v1/runs/01a1fbc9-9c82-71c7-b313-43958faaf6be/cancel"),
    ("POST", "/api/v1/runs/01a1fbc9-9c82-71c7-b313-43958faaf6be/again"),
    ("POST", "/api/v1/runs/01a1fbc9-9c82-71c7-b313-43958faaf6be/signals"),
    ("GET", "/api/v1/runs/01a1fbc9-9c82-71c7-b313-43958faaf6be/relatives"),
    ("GET", "/api/v1/runs/01a1fbc9-9c82-71c7-b313-43958faaf6be/tokens"),
    ("GET", "/api/v1/usage"),
    ("GET", "/api/v1/feedback"),
    ("POST", "/api/v1/feedback/claim"),
    ("GET", "/api/v1/feedback/01a1fbc9-9c82-71c7-b313-43958faaf6be"),
    ("GET", "/api/v1/feedback/export"),
    ("GET", "/metrics"),
]


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_nobody_gets_401_and_is_told_how_to_sign_in(
    client: TestClient, method: str, path: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert error_of(answer)["code"] == "not_signed_in"


def test_bodies_of_nobody_are_refused_too(client: TestClient) -> None:
    assert client.post("/api/v1/generate", json={"prompt": "a"}).status_code == 401
    rating = {"run_id": "01a1fbc9-9c82-71c7-b313-43958faaf6be", "rating": 5}
    assert client.post("/api/v1/feedback", json=rating).status_code == 401


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer", "Basic YTpi", "", "Bearer gk_\xff"])
def test_a_wrong_key_gets_401(client: TestClient, header: str) -> None:
    answer = client.get("/api/v1/models", headers={b"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401


def test_a_right_key_is_let_in(analyst: TestClient) -> None:
    assert analyst.get("/api/v1/models").status_code == 200


def test_a_revoked_key_is_refused_at_the_next_call(analyst: TestClient, bench: Workbench) -> None:
    key = bench.accounts.all_keys(bench.accounts.system_actor())[0]
    bench.accounts.revoke_key(bench.accounts.system_actor(), key.id)
    assert analyst.get("/api/v1/models").status_code == 401


def test_a_disabled_users_key_is_refused(analyst: TestClient, bench: Workbench) -> None:
    bench.accounts.set_active(bench.accounts.system_actor(), "ana", False)
    assert analyst.get("/api/v1/models").status_code == 401


def test_a_scope_that_is_missing_gets_403(as_user: Callable[..., TestClient]) -> None:
    writer = as_user("wil", Role.ANALYST, {Scope.GENERATE})
    answer = writer.post("/api/v1/detect", json={"prompt": "a", "image": ""})
    assert answer.status_code == 403
    assert "scopes" in error_of(answer)["message"]


def test_a_role_that_is_too_low_gets_403(as_user: Callable[..., TestClient]) -> None:
    guest = as_user("gus", Role.GUEST)
    assert guest.get("/api/v1/feedback/export").status_code == 403


def test_a_cookie_reads_without_an_origin(browser: TestClient) -> None:
    assert browser.get("/api/v1/models").status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://testserver", 200),
        (None, 403),
        ("null", 403),
        ("http://testserver.evil.example", 403),
        ("http://evil.example/testserver", 403),
        ("http://[", 403),
    ],
)
def test_a_cookie_writes_only_from_our_own_pages(
    browser: TestClient, origin: str | None, status: int
) -> None:
    headers = {} if origin is None else {"Origin": origin}
    body = {"prompt": "a", "max_new_tokens": 2}
    assert browser.post("/api/v1/generate", json=body, headers=headers).status_code == status


def test_a_bad_key_is_not_saved_by_a_good_cookie(browser: TestClient) -> None:
    answer = browser.get("/api/v1/models", headers={"Authorization": "Bearer gk_wrong"})
    assert answer.status_code == 401


def test_a_cookie_is_worthless_after_signing_out(bench: Workbench, browser: TestClient) -> None:
    actor = bench.accounts.actor_for_token(browser.cookies["glimpse_session"])
    assert actor is not None
    bench.accounts.sign_out(actor)
    assert browser.get("/api/v1/models").status_code == 401


def test_a_temporary_password_must_be_changed_before_anything(
    bench: Workbench, browser: TestClient
) -> None:
    password = bench.accounts.reset_password(bench.accounts.system_actor(), "bob")
    session = bench.accounts.sign_in("bob", password, "192.0.2.1").session_id
    token = bench.accounts.redeem_ticket(bench.accounts.set_cookie_ticket(session)).token
    assert token is not None
    browser.cookies.set("glimpse_session", token)
    assert browser.get("/api/v1/models").status_code == 403


def test_another_users_run_is_unknown(detected: str, as_user: Callable[..., TestClient]) -> None:
    other = as_user("eve")
    unknown = other.get("/api/v1/runs/01a1fbc9-9c82-71c7-b313-43958faaf6be")
    for answer in (
        other.get(f"/api/v1/runs/{detected}"),
        other.get(f"/api/v1/runs/{detected}/image"),
        other.post("/api/v1/feedback", json={"run_id": detected, "rating": 5}),
    ):
        assert answer.status_code == unknown.status_code == 404
        assert error_of(answer)["code"] == "not_found"


def test_an_admin_sees_others_runs(detected: str, admin: TestClient) -> None:
    assert admin.get(f"/api/v1/runs/{detected}").status_code == 200
    assert admin.get(f"/api/v1/runs/{detected}/image").status_code == 200


def test_a_key_made_for_one_face_says_which(people: People, bench: Workbench) -> None:
    actor = bench.accounts.actor_for_key(people.key("ana"))
    assert actor is not None
    assert actor.face == "api"
