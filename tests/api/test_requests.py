"""Asking over HTTP, and that an asked run opens for reading and rating alone."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from core.permissions import Role, Scope
from tests.api.conftest import error_of


@pytest.fixture
def bob(as_user: Callable[..., TestClient]) -> TestClient:
    return as_user("bob")


def test_an_asked_run_is_read_and_rated_and_nothing_else(
    admin: TestClient, bob: TestClient, detected: str
) -> None:
    run, rating = f"/api/v1/runs/{detected}", {"run_id": detected, "rating": 4}
    reading = (run, f"{run}/image", f"{run}/relatives")
    for path in reading:
        assert bob.get(path).status_code == 404
    assert bob.post("/api/v1/feedback", json=rating).status_code == 404
    asked = {"usernames": ["BOB"], "reference": 2}
    made = admin.post(f"{run}/requests", json=asked)
    assert made.status_code == 200, made.text
    (request,) = made.json()
    assert (request["username"], request["reference"], request["rating"]) == ("bob", 2, None)
    (waiting,) = bob.get("/api/v1/requests").json()
    assert set(waiting) == {"run_id", "task", "prompt", "asked_at"}
    assert waiting["run_id"] == detected
    for path in reading:
        answer = bob.get(path)
        assert answer.status_code == 200
        assert "reference" not in answer.text
    closed = (f"{run}/describe", f"{run}/again", f"{run}/continue", f"{run}/cancel")
    for path in closed:
        assert bob.post(path, json={}).status_code == 404, path
    for path in (f"{run}/export?format=json", f"/api/v1/runs/export?format=csv&id={detected}"):
        assert bob.get(path).status_code == 404, path
    assert bob.get("/api/v1/runs").json()["runs"] == []
    answer = bob.post("/api/v1/feedback", json=rating)
    assert answer.status_code == 201
    assert "reference" not in answer.text
    assert bob.get("/api/v1/requests").json() == []
    assert "reference" not in bob.get("/api/v1/feedback/export").text


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"usernames": []}, 422),
        ({"usernames": ["nobody"]}, 422),
        ({"usernames": ["bob"], "reference": 6}, 422),
        ({"usernames": ["bob"], "why": "x"}, 422),
        ({}, 422),
    ],
)
@pytest.mark.usefixtures("bob")
def test_what_cannot_be_asked_is_refused(
    admin: TestClient, detected: str, asked: dict[str, object], status: int
) -> None:
    answer = admin.post(f"/api/v1/runs/{detected}/requests", json=asked)
    assert answer.status_code == status
    assert error_of(answer)["code"] == "invalid"


def test_only_administrators_ask(
    analyst: TestClient, bob: TestClient, detected: str, as_user: Callable[..., TestClient]
) -> None:
    asked = {"usernames": ["bob"]}
    scoped = as_user("key", Role.ADMIN, {Scope.FEEDBACK})
    for caller in (analyst, bob, scoped):
        answer = caller.post(f"/api/v1/runs/{detected}/requests", json=asked)
        assert answer.status_code == 403
    assert as_user("guest", Role.GUEST).get("/api/v1/requests").status_code == 403
