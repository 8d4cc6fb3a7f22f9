"""Triage over the API: what the page can do, a program can, by the same rules."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.permissions import Actor, Role, Scope
from core.workbench import Workbench
from db.session import Database
from tests.core.review import rows

Json = dict[str, Any]


@pytest.fixture
def wei(database: Database) -> Actor:
    return rows.person(database, "wei")


@pytest.fixture
def given(bench: Workbench, database: Database, wei: Actor) -> list[str]:
    """Ids of five ratings, 1 to 5, the oldest first."""
    model = rows.model(database, "generation", "reporter")
    return [
        str(bench.feedback.rate(wei, rows.run(database, wei, model), rating).feedback.id)
        for rating in range(1, 6)
    ]


def test_ratings_are_listed_a_page_at_a_time(admin: TestClient, given: list[str]) -> None:
    def page(**query: str) -> Json:
        answer = admin.get("/api/v1/feedback", params=query)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    everything = page()
    assert [row["id"] for row in everything["feedback"]] == given[::-1]
    assert (everything["total"], everything["more"], everything["next"]) == (5, False, None)
    first = page(sort="worst", limit="2", rating_max="4")
    assert [row["rating"] for row in first["feedback"]] == [1, 2]
    assert first["total"] == 4
    second = page(sort="worst", limit="2", rating_max="4", cursor=first["next"])
    assert [row["rating"] for row in second["feedback"]] == [3, 4]
    assert second["next"] is None
    row = first["feedback"][0]
    assert (row["user"], row["role"], row["status"], row["assignee"]) == (
        "wei",
        "analyst",
        "new",
        None,
    )


def test_a_rating_is_reviewed_and_tells_its_history(admin: TestClient, given: list[str]) -> None:
    path = f"/api/v1/feedback/{given[0]}"
    seen = admin.get(path).json()
    assert (seen["others"], [each["action"] for each in seen["history"]]) == ([], ["rated"])
    said = {"status": "fixed", "fixed_in": "r2", "note": "n", "answer": "Mended."}
    done = admin.patch(path, json={"seen_at": seen["updated_at"], **said})
    assert done.status_code == 200, done.text
    assert {name: done.json()[name] for name in said} == said

    late = admin.patch(path, json={"seen_at": seen["updated_at"], "status": "wont_fix"})
    assert late.status_code == 409
    assert "status: theirs “fixed”, yours “wont_fix”" in late.json()["error"]["message"]
    now = admin.get(path).json()
    assert now["status"] == "fixed"
    assert [each["action"] for each in now["history"]] == ["rated", "reviewed"]
    assert now["history"][1]["after"]["review_status"] == "fixed"

    back = admin.patch(path, json={"seen_at": now["updated_at"], "status": "new", "assignee": None})
    assert (back.json()["status"], back.json()["fixed_in"]) == ("new", None)


def test_each_rating_is_claimed_once(
    admin: TestClient, as_user: Callable[..., TestClient], given: list[str]
) -> None:
    other = as_user("second", Role.ADMIN)
    claimed = [
        who.post("/api/v1/feedback/claim", params={"sort": "worst"}).json()
        for who in (admin, other)
    ]
    assert [each["feedback"]["id"] for each in claimed] == given[:2]
    assert [each["left"] for each in claimed] == [5, 5]
    again = admin.post("/api/v1/feedback/claim", params={"sort": "worst", "after": given[0]})
    assert again.json()["feedback"]["id"] == given[2]
    none = admin.post("/api/v1/feedback/claim", params={"rating_min": "5", "after": given[4]})
    assert none.status_code == 204


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({}, 422, "Nothing is to be changed"),
        ({"status": "gone"}, 422, "status"),
        ({"status": None}, 422, "status"),
        ({"assignee": "wei"}, 422, "cannot look into"),
        ({"fixed_in": "r2"}, 422, "fixed_in"),
        ({"colour": "red"}, 422, "colour"),
        ({"seen_at": "2026-01-01T00:00:00", "status": "triaged"}, 422, "zone"),
        ({"seen_at": "soon", "status": "triaged"}, 422, "seen_at"),
        ({"note": "a\x00b"}, 422, "control"),
    ],
)
def test_what_cannot_be_is_refused(
    admin: TestClient,
    given: list[str],
    change: Json,
    status: int,
    said: str,
) -> None:
    path = f"/api/v1/feedback/{given[0]}"
    seen = admin.get(path).json()
    answer = admin.patch(path, json={"seen_at": seen["updated_at"], **change})
    assert answer.status_code == status, answer.text
    assert said in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "query", [{"sort": "funny"}, {"limit": "x"}, {"limit": "0"}, {"cursor": "x"}, {"colour": "1"}]
)
def test_bad_lists_are_refused(admin: TestClient, query: dict[str, str]) -> None:
    assert admin.get("/api/v1/feedback", params=query).status_code == 422


def test_only_administrators_may(
    client: TestClient,
    admin: TestClient,
    as_user: Callable[..., TestClient],
    given: list[str],
) -> None:
    path = f"/api/v1/feedback/{given[0]}"
    seen = admin.get(path).json()
    change = {"seen_at": seen["updated_at"], "status": "triaged"}
    analyst = as_user("ann")
    scoped = as_user("third", Role.ADMIN, {Scope.FEEDBACK})
    for who in (analyst, scoped):
        assert who.get("/api/v1/feedback").status_code == 403
        assert who.post("/api/v1/feedback/claim").status_code == 403
        assert who.get(path).status_code == 403
        assert who.patch(path, json=change).status_code == 403
    assert client.get(path).status_code == 401
    unknown = "/api/v1/feedback/01a22865-c2e3-71eb-96c6-fa3bab42779a"
    assert admin.get(unknown).status_code == 404
    assert admin.patch(unknown, json=change).status_code == 404
