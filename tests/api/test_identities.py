"""Identities over HTTP: for administrators, by the id of a user."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from core.permissions import Role, Scope
from core.workbench import Workbench
from tests.api.conftest import People, error_of

IDENTITY = {"issuer": "https://sso.example", "subject": "248289761001|a/b"}
UNKNOWN = "01a1fbc9-9c82-71c7-b313-43958faaf6be"


@pytest.fixture
def path(bench: Workbench, people: People) -> str:
    people.add("bob")
    system = bench.accounts.system_actor()
    (user,) = (user for user in bench.accounts.users(system) if user.username == "bob")
    return f"/api/v1/users/{user.id}/identities"


def test_an_admin_links_looks_and_unlinks(admin: TestClient, path: str) -> None:
    linked = admin.post(path, json=IDENTITY)
    assert linked.status_code == 200, linked.text
    assert linked.json()["last_used_at"] is None
    (listed,) = admin.get(path).json()["identities"]
    assert listed == linked.json()
    assert {name: listed[name] for name in IDENTITY} == IDENTITY
    assert admin.delete(path, params=IDENTITY).status_code == 204
    assert admin.delete(path, params=IDENTITY).status_code == 404
    assert admin.get(path).json() == {"identities": []}


def test_somebody_elses_identity_is_a_conflict(
    admin: TestClient, path: str, people: People, bench: Workbench
) -> None:
    people.add("cleo")
    bench.accounts.link_identity(bench.accounts.system_actor(), "cleo", *IDENTITY.values())
    refused = admin.post(path, json=IDENTITY)
    assert refused.status_code == 409
    assert error_of(refused)["code"] == "conflict"


def test_an_unknown_user_is_not_found(admin: TestClient) -> None:
    unknown = f"/api/v1/users/{UNKNOWN}/identities"
    assert admin.get(unknown).status_code == 404
    assert admin.post(unknown, json=IDENTITY).status_code == 404
    assert admin.delete(unknown, params=IDENTITY).status_code == 404


@pytest.mark.parametrize(
    ("role", "scopes"),
    [(Role.GUEST, None), (Role.ANALYST, None), (Role.ADMIN, set(Scope))],
)
def test_nobody_else_may(
    as_user: Callable[..., TestClient], path: str, role: Role, scopes: set[Scope] | None
) -> None:
    caller = as_user("mallory", role, scopes)
    assert caller.get(path).status_code == 403
    assert caller.post(path, json=IDENTITY).status_code == 403
    assert caller.delete(path, params=IDENTITY).status_code == 403


def test_strangers_may_not(client: TestClient, path: str) -> None:
    for answer in (client.get(path), client.post(path, json=IDENTITY), client.delete(path)):
        assert answer.status_code == 401
