"""The audit log over HTTP: what the page shows, a program can read, and nobody but admins."""

import csv
import io
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from core.ids import new_id
from core.permissions import Role, Scope
from db.session import Database
from tests.api.conftest import error_of
from tests.core.audit.conftest import noted
from tests.core.review import rows

PATH = "/api/v1/audit"


def test_entries_are_found_page_by_page_and_opened(admin: TestClient, database: Database) -> None:
    wei = rows.person(database, "wei")
    made = [
        str(noted(database, wei, address="192.0.2.7", before={"a": 1}, after={"a": 2}))
        for _ in range(3)
    ]
    noted(database, wei, action="signed_out")
    first = admin.get(PATH, params={"by": "wei", "action": ["signed_in", "exported"], "limit": "2"})
    assert first.status_code == 200, first.text
    page = first.json()
    assert [each["id"] for each in page["entries"]] == made[:0:-1]
    entry = page["entries"][0]
    assert (entry["actor"], entry["role"], entry["face"]) == ("wei", "analyst", "ui")
    assert (entry["before"], entry["after"]) == ({"a": 1}, {"a": 2})
    rest = admin.get(
        PATH, params={"by": "wei", "action": "signed_in", "limit": "2", "cursor": page["next"]}
    ).json()
    assert ([each["id"] for each in rest["entries"]], rest["next"]) == ([made[0]], None)
    assert admin.get(f"{PATH}/{made[0]}").json() == rest["entries"][0]
    assert admin.get(f"{PATH}/{new_id()}").status_code == 404


def test_an_export_is_noted_with_the_request_and_where_it_came_from(
    admin: TestClient, database: Database
) -> None:
    noted(database, address="192.0.2.7")
    answer = admin.get(f"{PATH}/export", params={"address": "192.0.2.7"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="glimpse-audit-' in answer.headers["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row["address"] == "192.0.2.7"
    (entry,) = admin.get(PATH, params={"action": "exported"}).json()["entries"]
    assert entry["trace_id"] == answer.headers["X-Request-ID"]
    assert (entry["actor"], entry["face"], entry["address"]) == ("root", "api", "testclient")
    assert entry["key_id"] is not None


@pytest.mark.parametrize(
    "query",
    [
        {"action": "danced"},
        {"since": "soon"},
        {"colour": "red"},
        {"limit": "0"},
        {"limit": "many"},
        {"cursor": "x"},
        {"by": ["a", "b"]},
    ],
)
def test_what_cannot_be_asked_is_refused(
    admin: TestClient, query: dict[str, str | list[str]]
) -> None:
    assert admin.get(PATH, params=query).status_code == 422
    refused = admin.get(f"{PATH}/export", params={**query, "colour": "red"})
    assert refused.status_code == 422
    assert not admin.get(PATH, params={"action": "exported"}).json()["entries"]


def test_only_administrators_may(
    client: TestClient, as_user: Callable[..., TestClient], database: Database
) -> None:
    id = noted(database)
    paths = (PATH, f"{PATH}/{id}", f"{PATH}/export")
    for who, status in (
        (client, 401),
        (as_user("gus", Role.GUEST), 403),
        (as_user("ana"), 403),
        (as_user("third", Role.ADMIN, set(Scope)), 403),
    ):
        for path in paths:
            answer = who.get(path)
            assert answer.status_code == status, (path, answer.text)
            error_of(answer)
