"""Users over the API: for administrators, and nobody else."""

import csv
import io
from collections.abc import Callable
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from core.accounts.types import UserInfo
from core.ids import new_id
from core.permissions import Role, Scope
from core.workbench import Workbench
from tests.api.conftest import PASSWORD, People, error_of

USERS = "/api/v1/users"
CSV = {"Content-Type": "text/csv"}
NOBODY = new_id()


def user(bench: Workbench, name: str) -> UserInfo:
    found = bench.accounts.users(bench.accounts.system_actor())
    return {each.username: each for each in found}[name]


@pytest.fixture
def ann(bench: Workbench, people: People) -> UUID:
    people.add("ann")
    return user(bench, "ann").id


def calls(of: object) -> list[tuple[str, str]]:
    one = f"{USERS}/{of}"
    return [
        ("GET", USERS),
        ("POST", USERS),
        ("POST", f"{USERS}/import"),
        ("GET", one),
        ("PATCH", one),
        ("POST", f"{one}/password"),
        ("GET", f"{one}/sessions"),
        ("DELETE", f"{one}/sessions"),
        ("DELETE", f"{one}/sessions/{NOBODY}"),
        ("GET", f"{one}/runs"),
    ]


def call(client: TestClient, method: str, path: str) -> int:
    """Send what would do something, were it allowed."""
    if path.endswith("import"):
        return client.request(method, path, content="bob,admin", headers=CSV).status_code
    body = {"POST": {"username": "bob", "role": "admin"}, "PATCH": {"role": "admin"}}
    sent = None if path.endswith("password") else body.get(method)
    return client.request(method, path, json=sent).status_code


@pytest.mark.parametrize(
    ("role", "scopes"),
    [(Role.GUEST, None), (Role.ANALYST, None), (Role.ADMIN, set(Scope))],
    ids=["guest", "analyst", "admin's key with every scope"],
)
def test_others_are_refused_everything_and_nothing_changes(
    bench: Workbench,
    as_user: Callable[..., TestClient],
    ann: UUID,
    role: Role,
    scopes: set[Scope] | None,
) -> None:
    client = as_user("eve", role, scopes)
    before = bench.accounts.users(bench.accounts.system_actor())
    for of in (ann, NOBODY):
        assert {call(client, *each) for each in calls(of)} == {403}
    assert bench.accounts.users(bench.accounts.system_actor()) == before


def test_strangers_are_asked_who_they_are(client: TestClient, ann: UUID) -> None:
    assert {call(client, *each) for each in calls(ann)} == {401}


def test_unknown_ids_are_not_found(admin: TestClient) -> None:
    answers = {path: call(admin, method, path) for method, path in calls(NOBODY)[3:]}
    assert set(answers.values()) == {404}, answers


def test_users_are_found_a_page_at_a_time(admin: TestClient, people: People) -> None:
    for name in ("ann", "anna", "joan"):
        people.add(name)
    first = admin.get(USERS, params={"text": "AN", "role": "analyst", "limit": 2}).json()
    assert [each["username"] for each in first["users"]] == ["ann", "anna"]
    assert first["total"] == 3
    second = admin.get(
        USERS, params={"text": "AN", "role": "analyst", "limit": 2, "cursor": first["next"]}
    ).json()
    assert [each["username"] for each in second["users"]] == ["joan"]
    assert second["next"] is None


@pytest.mark.parametrize(
    "query", [{"role": "chief"}, {"state": "lost"}, {"limit": "0"}, {"cursor": "x"}, {"odd": "1"}]
)
def test_filters_that_cannot_be_are_refused(admin: TestClient, query: dict[str, str]) -> None:
    answer = admin.get(USERS, params=query)
    assert answer.status_code == 422
    assert error_of(answer)["message"]


def test_a_new_user_signs_in_with_the_password_answered_once(
    bench: Workbench, admin: TestClient
) -> None:
    answer = admin.post(USERS, json={"username": "bob", "role": "guest"})
    assert answer.status_code == 201
    made = answer.json()
    signed_in = bench.accounts.sign_in("bob", made["temporary_password"], "192.0.2.1")
    assert signed_in.actor.must_change_password
    assert made["temporary_password"] not in admin.get(f"{USERS}/{made['id']}").text


def test_a_given_password_is_not_answered_and_may_stay(bench: Workbench, admin: TestClient) -> None:
    asked = {"username": "bob", "role": "guest", "password": PASSWORD}
    answer = admin.post(USERS, json={**asked, "must_change_password": False})
    assert answer.json()["temporary_password"] is None
    assert PASSWORD not in answer.text
    assert not bench.accounts.sign_in("bob", PASSWORD, "192.0.2.1").actor.must_change_password


def test_a_taken_name_is_a_conflict(admin: TestClient, ann: UUID) -> None:
    assert ann
    answer = admin.post(USERS, json={"username": "ANN", "role": "guest"})
    assert answer.status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"username": "bob"},
        {"username": "b b", "role": "guest"},
        {"username": "bob", "role": "chief"},
        {"username": "bob", "role": "guest", "password": ""},
        {"username": "bob", "role": "guest", "admin": True},
    ],
)
def test_a_user_that_cannot_be_is_refused(admin: TestClient, body: dict[str, object]) -> None:
    assert admin.post(USERS, json=body).status_code == 422
    assert admin.get(USERS).json()["total"] == 1


def test_role_and_access_change_at_once(
    admin: TestClient, browser: TestClient, bench: Workbench
) -> None:
    bob = f"{USERS}/{user(bench, 'bob').id}"
    assert browser.get("/api/v1/runs").status_code == 200
    assert admin.patch(bob, json={"role": "guest"}).json()["role"] == "guest"
    assert browser.get("/api/v1/runs").status_code == 403
    assert admin.patch(bob, json={"active": False}).json()["state"] == "disabled"
    assert browser.get("/api/v1/runs").status_code == 401
    assert admin.patch(bob, json={"role": "analyst", "active": True}).status_code == 200
    assert browser.get("/api/v1/runs").status_code == 401  # the sign-in is over for good


def test_the_last_admin_is_kept(admin: TestClient, bench: Workbench) -> None:
    own = f"{USERS}/{user(bench, 'root').id}"
    for change in ({"role": "analyst"}, {"active": False}):
        answer = admin.patch(own, json=change)
        assert answer.status_code == 409
        assert "last active administrator" in error_of(answer)["message"]


def test_a_reset_ends_the_sign_in_and_the_old_password(
    admin: TestClient, browser: TestClient, bench: Workbench
) -> None:
    bob = user(bench, "bob").id
    made = admin.post(f"{USERS}/{bob}/password").json()["temporary_password"]
    assert browser.get("/api/v1/runs").status_code == 401
    assert bench.accounts.sign_in("bob", made, "192.0.2.1").actor.must_change_password


def test_sign_ins_are_listed_and_ended_one_or_all(
    admin: TestClient, browser: TestClient, bench: Workbench, ann: UUID
) -> None:
    bob = f"{USERS}/{user(bench, 'bob').id}/sessions"
    bench.accounts.sign_in("bob", PASSWORD, "192.0.2.9")
    listed = admin.get(bob).json()["sessions"]
    assert sorted(each["address"] for each in listed) == ["192.0.2.1", "192.0.2.9"]
    [held] = [each["id"] for each in listed if each["address"] == "192.0.2.1"]
    assert admin.delete(f"{USERS}/{ann}/sessions/{held}").status_code == 404  # it is not Ann's
    assert browser.get("/api/v1/runs").status_code == 200
    assert admin.delete(f"{bob}/{held}").status_code == 204
    assert browser.get("/api/v1/runs").status_code == 401
    assert admin.delete(bob).status_code == 204
    assert admin.get(bob).json() == {"sessions": []}


def test_runs_of_a_user_are_listed(
    admin: TestClient, analyst: TestClient, detected: str, bench: Workbench
) -> None:
    assert analyst
    found = admin.get(f"{USERS}/{user(bench, 'ana').id}/runs").json()["runs"]
    assert [run["run_id"] for run in found] == [detected]
    assert admin.get(f"{USERS}/{user(bench, 'root').id}/runs").json()["runs"] == []
    told = admin.get(f"{USERS}/{user(bench, 'ana').id}").json()
    assert (told["runs"], told["ratings"]) == (1, 0)


def test_a_file_is_checked_then_added_whole(bench: Workbench, admin: TestClient) -> None:
    answer = admin.post(f"{USERS}/import", content="bob,guest\nb b,guest\ncid,chief", headers=CSV)
    assert answer.status_code == 422
    assert "2 of 3 lines" in error_of(answer)["message"]
    checked = admin.post(
        f"{USERS}/import?check=true", content="bob,guest\nroot,admin", headers=CSV
    ).json()
    assert checked["added"] == []
    assert [(each["line"], each["username"]) for each in checked["problems"]] == [(2, "root")]
    assert admin.get(USERS).json()["total"] == 1
    sent = io.StringIO()
    csv.writer(sent).writerows([("username", "role"), ("bob", "guest"), ("zoë", "analyst")])
    made = admin.post(f"{USERS}/import", content=sent.getvalue().encode(), headers=CSV).json()
    assert [each["username"] for each in made["added"]] == ["bob", "zoë"]
    password = made["added"][1]["temporary_password"]
    assert bench.accounts.sign_in("zoë", password, "192.0.2.1").actor.must_change_password


def test_a_file_of_another_kind_is_refused(admin: TestClient) -> None:
    assert admin.post(f"{USERS}/import", json={"username": "bob"}).status_code == 415


def test_another_sites_page_changes_nobody(
    bench: Workbench, browser: TestClient, ann: UUID
) -> None:
    accounts = bench.accounts
    accounts.set_role(accounts.system_actor(), "bob", Role.ADMIN)
    elsewhere = {"Origin": "https://elsewhere.example"}
    answer = browser.patch(f"{USERS}/{ann}", json={"role": "admin"}, headers=elsewhere)
    assert answer.status_code == 403
    here = browser.patch(
        f"{USERS}/{ann}", json={"role": "admin"}, headers={"Origin": "http://testserver"}
    )
    assert here.status_code == 200
