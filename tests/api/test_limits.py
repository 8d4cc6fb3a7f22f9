"""Limits over HTTP: 429 with the time to wait, one's own use, and setting them."""

import base64
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import httpx2
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from core.ids import new_id
from core.limits.types import Quota
from core.permissions import Role
from core.runs.types import Task
from core.workbench import Workbench
from tests.api.conftest import People, error_of
from tests.api.sse import events_of
from tests.api.test_served import served, slow, wait_until

AsUser = Callable[..., TestClient]
NOBODY = UUID(int=0)
FIVE = {"per_minute": 5, "per_day": 100, "streams": None}


def allow(bench: Workbench, whose: Role | UUID, task: Task, *amounts: int | None) -> None:
    bench.limits.change(bench.accounts.system_actor(), whose, task, Quota(*amounts))


def id_of(bench: Workbench, name: str) -> UUID:
    return bench.limits.named(bench.accounts.system_actor(), name).user_id


@pytest.fixture
def http(bench: Workbench, people: People) -> Iterator[httpx2.Client]:
    """A guest's, over a real socket."""
    headers = {"Authorization": f"Bearer {people.key('gus', Role.GUEST)}"}
    with (
        served(create_app(lambda: bench)) as address,
        httpx2.Client(base_url=address, headers=headers, timeout=20) as client,
    ):
        yield client


def test_a_second_stream_is_told_to_wait_until_the_first_has_ended(http: httpx2.Client) -> None:
    with http.stream("POST", "/api/v1/generate", json=slow(max_new_tokens=2000)) as answer:
        events = events_of(answer.iter_lines())
        assert next(events).kind == "token"
        second = http.post("/api/v1/generate", json=slow(max_new_tokens=5))
        assert second.status_code == 429
        assert second.headers["Retry-After"] == "5"
        assert error_of(second)["code"] == "limit_reached"
        run = answer.headers["X-Run-ID"]
        assert http.post(f"/api/v1/runs/{run}/cancel").json()["status"] == "stopped"
        assert [event.kind for event in events][-1] == "done"
    third = http.post("/api/v1/generate", json=slow(max_new_tokens=5))
    assert third.status_code == 200

    written = http.get(f"/api/v1/runs/{run}").json()["usage"]["completion_tokens"]
    wait_until(lambda: _generation(http)["streams"]["used"] == 0)
    assert _generation(http)["per_day"]["used"] == written + 5


def _generation(http: httpx2.Client) -> dict[str, Any]:
    limits: list[dict[str, Any]] = http.get("/api/v1/me/limits").json()["limits"]
    return next(each for each in limits if each["task"] == "generation")


@pytest.mark.parametrize("form", ["detect", "hf"])
def test_detection_says_in_how_many_seconds_it_works_again(
    as_user: AsUser, bench: Workbench, picture: bytes, form: str
) -> None:
    client = as_user("gus", Role.GUEST)
    allow(bench, id_of(bench, "gus"), Task.DETECTION, None, 1)

    def ask(phrase: str) -> Any:
        if form == "detect":
            return client.post("/api/v1/detect", files={"image": picture}, data={"prompt": phrase})
        body = {
            "inputs": base64.b64encode(picture).decode(),
            "parameters": {"candidate_labels": [phrase]},
        }
        return client.post("/hf/shapes", json=body)

    assert ask("red circle").status_code == 200
    assert ask("red circle").status_code == 200
    refused = ask("blue star")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 86_400
    assert (
        "You have used today's 1 picture. It works again at 00:00 UTC"
        in error_of(refused)["message"]
    )


def test_own_limits_are_told_with_what_each_key_used(as_user: AsUser, picture: bytes) -> None:
    client = as_user("gus", Role.GUEST)
    client.post("/api/v1/detect", files={"image": picture}, data={"prompt": "red circle"})
    detection, generation = client.get("/api/v1/me/limits").json()["limits"]

    assert (detection["task"], detection["source"]) == ("detection", "default")
    assert {k: detection["per_minute"][k] for k in ("limit", "used")} == {"limit": 10, "used": 1}
    assert {k: detection["per_day"][k] for k in ("limit", "used")} == {"limit": 100, "used": 1}
    assert detection["per_day"]["renews_at"].endswith("T00:00:00Z")
    assert [(key["label"], key["used"]) for key in detection["keys"]] == [("test", 1)]
    assert generation["streams"] == {"limit": 1, "used": 0}


def test_an_admin_sets_and_removes_the_limit_of_a_role(admin: TestClient) -> None:
    path = "/api/v1/limits/roles/guest/detection"
    assert admin.put(path, json=FIVE).status_code == 204
    found = admin.get("/api/v1/limits").json()
    assert {"role": "guest", "task": "detection", "source": "role", **FIVE} in found["roles"]
    assert found["users"] == []

    assert admin.delete(path).status_code == 204
    roles = admin.get("/api/v1/limits").json()["roles"]
    assert {each["source"] for each in roles} == {"default"}


def test_an_admin_sets_and_removes_the_limit_of_a_person(
    admin: TestClient, as_user: AsUser, bench: Workbench
) -> None:
    gus = as_user("gus", Role.GUEST)
    user_id = id_of(bench, "gus")
    path = f"/api/v1/limits/users/{user_id}"
    assert admin.put(f"{path}/detection", json=FIVE).status_code == 204
    own = gus.get("/api/v1/me/limits").json()["limits"][0]
    assert (own["source"], own["per_minute"]["limit"]) == ("own", 5)
    person = admin.get(path).json()
    assert (person["username"], person["role"], person["limits"][0]["source"]) == (
        "gus",
        "guest",
        "own",
    )
    assert [each["user_id"] for each in admin.get("/api/v1/limits").json()["users"]] == [
        str(user_id)
    ]

    assert admin.delete(f"{path}/detection").status_code == 204
    assert admin.get("/api/v1/limits").json()["users"] == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("roles/guest/detection", {"per_minute": 5, "per_day": 100}, 422),
        ("roles/guest/detection", {**FIVE, "per_hour": 3}, 422),
        ("roles/guest/detection", {**FIVE, "streams": 2}, 422),
        ("roles/guest/detection", {**FIVE, "per_minute": -1}, 422),
        ("roles/guest/detection", {**FIVE, "per_day": 10**30}, 422),
        ("roles/nobody/detection", FIVE, 422),
        ("roles/guest/painting", FIVE, 422),
        (f"users/{NOBODY}/detection", FIVE, 404),
    ],
)
def test_what_cannot_be_set_is_refused(
    admin: TestClient, path: str, body: dict[str, Any], status: int
) -> None:
    assert admin.put(f"/api/v1/limits/{path}", json=body).status_code == status


@pytest.mark.parametrize("role", [Role.GUEST, Role.ANALYST])
def test_limits_of_others_are_for_admins(as_user: AsUser, bench: Workbench, role: Role) -> None:
    client = as_user("eve", role)
    own = f"users/{id_of(bench, 'eve')}"
    answers = [client.get("/api/v1/limits"), client.get(f"/api/v1/limits/{own}")]
    for path in ("roles/guest/detection", f"{own}/detection", f"users/{new_id()}/detection"):
        answers.append(client.put(f"/api/v1/limits/{path}", json=FIVE))
        answers.append(client.delete(f"/api/v1/limits/{path}"))
    assert {answer.status_code for answer in answers} == {403}


def test_strangers_learn_nothing_of_limits(client: TestClient) -> None:
    for path in ("/api/v1/limits", "/api/v1/me/limits", f"/api/v1/limits/users/{new_id()}"):
        assert client.get(path).status_code == 401
