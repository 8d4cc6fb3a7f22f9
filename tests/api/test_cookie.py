"""The browser's cookie: bought with a ticket, once, from our own page."""

import pytest
from starlette.testclient import TestClient

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
