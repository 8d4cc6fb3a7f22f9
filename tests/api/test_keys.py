"""API keys over HTTP: managed while signed in, shown once, and the one header that lets in."""

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from core.accounts.service import AccountService
from core.workbench import Workbench
from tests.api.conftest import People, error_of

HERE = {"Origin": "http://testserver"}
UNKNOWN = "01a1fbc9-9c82-71c7-b313-43958faaf6be"


def made(browser: TestClient, **asked: object) -> dict[str, str]:
    answer = browser.post("/api/v1/me/keys", json={"label": "notebook", **asked}, headers=HERE)
    assert answer.status_code == 201, answer.text
    found: dict[str, str] = answer.json()
    return found


def bearing(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_a_key_is_told_once_and_works(client: TestClient, browser: TestClient) -> None:
    key = made(browser, scopes=["detect"], days=30)
    assert key["key"].startswith("gk_")
    assert client.get("/api/v1/models", headers=bearing(key["key"])).status_code == 200
    (listed,) = browser.get("/api/v1/me/keys").json()["keys"]
    assert listed["scopes"] == ["detect"]
    assert listed["last_used_at"] is not None
    assert key["key"] not in str(listed)


def test_a_key_lasts_ninety_days_unless_told(browser: TestClient) -> None:
    assert made(browser)["expires_at"] is not None
    assert made(browser, days=None)["expires_at"] is None
    answer = browser.post("/api/v1/me/keys", json={"label": "a", "days": 0}, headers=HERE)
    assert answer.status_code == 422


def test_a_key_is_revoked_and_restored(client: TestClient, browser: TestClient) -> None:
    key = made(browser)
    path = f"/api/v1/me/keys/{key['id']}"
    assert browser.delete(path, headers=HERE).json()["revoked_at"] is not None
    assert client.get("/api/v1/models", headers=bearing(key["key"])).status_code == 401
    assert browser.post(f"{path}/restore", headers=HERE).json()["revoked_at"] is None
    assert client.get("/api/v1/models", headers=bearing(key["key"])).status_code == 200


def test_an_expired_key_is_told_so(
    client: TestClient, browser: TestClient, bench: Workbench
) -> None:
    key = made(browser)
    with bench.database.unit_of_work() as session:
        session.execute(text("update api_keys set expires_at = now() - interval '1 day'"))
    answer = client.get("/api/v1/models", headers=bearing(key["key"]))
    assert answer.status_code == 401
    assert "expired on" in error_of(answer)["message"]


def test_a_key_makes_no_keys(analyst: TestClient, bench: Workbench) -> None:
    (own,) = analyst.get("/api/v1/me/keys").json()["keys"]
    for answer in (
        analyst.post("/api/v1/me/keys", json={"label": "next"}),
        analyst.delete(f"/api/v1/me/keys/{own['id']}"),
        analyst.post(f"/api/v1/me/keys/{own['id']}/restore"),
    ):
        assert answer.status_code == 403
        assert "signed in" in error_of(answer)["message"]
    assert len(bench.accounts.all_keys(AccountService.system_actor())) == 1


def test_an_admin_lists_everybodys_keys_and_others_may_not(
    admin: TestClient, analyst: TestClient
) -> None:
    found = admin.get("/api/v1/keys").json()["keys"]
    assert {key["user"] for key in found} == {"ana", "root"}
    one = admin.get("/api/v1/keys", params={"user_id": UNKNOWN})
    assert one.json() == {"keys": []}
    assert analyst.get("/api/v1/keys").status_code == 403
    assert analyst.delete(f"/api/v1/keys/{found[0]['id']}").status_code == 403
    assert analyst.post(f"/api/v1/keys/{found[0]['id']}/restore").status_code == 403


def test_anothers_key_is_unknown(browser: TestClient, people: People, bench: Workbench) -> None:
    people.key("eve")
    (key,) = bench.accounts.all_keys(AccountService.system_actor())
    for path in (f"/api/v1/me/keys/{key.id}", f"/api/v1/me/keys/{UNKNOWN}"):
        assert browser.delete(path, headers=HERE).status_code == 404
        assert browser.post(f"{path}/restore", headers=HERE).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": "{key}"},
        {"X-Auth-Token": "{key}"},
        {"Api-Key": "{key}"},
        {"Authorization": "Token {key}"},
        {"Authorization": "Basic {key}"},
        {"Proxy-Authorization": "Bearer {key}"},
        {"Cookie": "glimpse_session={key}"},
        {"X-Forwarded-User": "bob"},
        {"Remote-User": "bob"},
    ],
)
def test_no_other_header_lets_in(
    client: TestClient, people: People, headers: dict[str, str]
) -> None:
    key = people.key("ana")
    sent = {name: value.format(key=key) for name, value in headers.items()}
    query = {"key": key, "api_key": key, "access_token": key, "token": key}
    assert client.get("/api/v1/models", headers=sent, params=query).status_code == 401
