"""The browser's cookie: bought with a ticket, once, from our own page."""

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from core.permissions import Role
from core.workbench import Workbench
from tests.api.conftest import PASSWORD, People, error_of

OURS = {"Origin": "http://testserver"}


@pytest.fixture
def ticket(bench: Workbench, people: People) -> str:
    people.add("bob")
    session = bench.accounts.sign_in("bob", PASSWORD, "192.0.2.1").session_id
    return bench.accounts.set_cookie_ticket(session)


def test_a_ticket_buys_a_cookie_that_scripts_cannot_read(client: TestClient, ticket: str) -> None:
    answer = client.post("/auth/cookie", json={"ticket": ticket}, headers=OURS)
    assert answer.status_code == 204
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert client.get("/api/v1/models").status_code == 200


def test_the_cookie_is_secure_under_https(client: TestClient, ticket: str) -> None:
    browser = TestClient(client.app, base_url="https://testserver")
    answer = browser.post(
        "/auth/cookie", json={"ticket": ticket}, headers={"Origin": "https://testserver"}
    )
    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_ticket_works_once(client: TestClient, ticket: str) -> None:
    client.post("/auth/cookie", json={"ticket": ticket}, headers=OURS)
    again = client.post("/auth/cookie", json={"ticket": ticket}, headers=OURS)
    assert again.status_code == 401
    assert "Set-Cookie" not in again.headers


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://evil.example"}])
def test_another_sites_page_cannot_redeem(
    client: TestClient, ticket: str, headers: dict[str, str]
) -> None:
    refused = client.post("/auth/cookie", json={"ticket": ticket}, headers=headers)
    assert refused.status_code == 403
    assert error_of(refused)["code"] == "not_allowed"
    assert client.post("/auth/cookie", json={"ticket": ticket}, headers=OURS).status_code == 204


def test_a_clearing_ticket_drops_the_cookie(
    client: TestClient, ticket: str, bench: Workbench
) -> None:
    client.post("/auth/cookie", json={"ticket": ticket}, headers=OURS)
    clearing = bench.accounts.clear_cookie_ticket()
    answer = client.post("/auth/cookie", json={"ticket": clearing}, headers=OURS)
    assert answer.status_code == 204
    assert client.get("/api/v1/models").status_code == 401


def test_an_unprintable_ticket_is_refused(client: TestClient) -> None:
    answer = client.post(
        "/auth/cookie",
        content=b'{"ticket": "\\ud800"}',
        headers={**OURS, "Content-Type": "application/json"},
    )
    assert answer.status_code == 422


def test_the_call_is_not_in_the_public_schema(client: TestClient) -> None:
    assert "/auth/cookie" not in client.get("/api/openapi.json").json()["paths"]


def test_under_https_the_cookie_is_bound_to_this_very_host(
    bench: Workbench, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.add("bob")
    public = bench.settings.model_copy(update={"public_url": "https://glimpse.example"})
    monkeypatch.setattr(bench, "settings", public)
    session = bench.accounts.sign_in("bob", PASSWORD, "192.0.2.1").session_id
    asked = {"ticket": bench.accounts.set_cookie_ticket(session)}
    with TestClient(create_app(lambda: bench), base_url="https://glimpse.example") as browser:
        answer = browser.post(
            "/auth/cookie", json=asked, headers={"Origin": "https://glimpse.example"}
        )
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-glimpse_session=")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert browser.get("/api/v1/models").status_code == 200
        token = browser.cookies["__Host-glimpse_session"]
        browser.cookies.clear()
        planted = {"Cookie": f"glimpse_session={token}"}
        assert browser.get("/api/v1/models", headers=planted).status_code == 401


def test_another_sign_in_in_the_same_browser_ends_the_one_before(
    client: TestClient, ticket: str, bench: Workbench
) -> None:
    client.post("/auth/cookie", json={"ticket": ticket}, headers=OURS)
    before = client.cookies["glimpse_session"]
    again = bench.accounts.sign_in("bob", PASSWORD, "192.0.2.1").session_id
    asked = {"ticket": bench.accounts.set_cookie_ticket(again)}
    assert client.post("/auth/cookie", json=asked, headers=OURS).status_code == 204
    assert client.cookies["glimpse_session"] != before
    assert bench.accounts.actor_for_token(before) is None
    assert client.get("/api/v1/models").status_code == 200


def test_a_page_is_told_when_its_sign_in_ends_or_its_role_changes(
    client: TestClient, bench: Workbench, people: People
) -> None:
    people.add("bob")
    found = bench.accounts.sign_in("bob", PASSWORD, "192.0.2.1")

    def look(role: str) -> int:
        asked = {"id": str(found.session_id), "role": role}
        return client.get("/auth/session", params=asked).status_code

    assert look("analyst") == 204
    assert look("admin") == 401
    bench.accounts.set_role(bench.accounts.system_actor(), "bob", Role.GUEST)
    assert (look("analyst"), look("guest")) == (401, 204)
    bench.accounts.sign_out(found.actor)
    assert look("guest") == 401
    assert look("nobody") == 422


def test_every_page_hears_which_notice_there_is(
    client: TestClient, admin: TestClient, bench: Workbench
) -> None:
    assert client.get("/auth/session").headers["X-Notice"] == ""
    admin.put("/api/v1/notice", json={"text": "Back at noon."})
    told = bench.notices.current()
    assert told is not None
    answer = client.get("/auth/session")
    assert (answer.status_code, answer.headers["X-Notice"]) == (204, str(told.id))
