"""Back from the identity provider: to the page it began on, with what went wrong."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from core.config import Settings
from ui.way_back import CALLBACK, LOGIN, WayBack

ELSEWHERE = "https://sso.example/authorize?state=1"


class Streamlit:
    """Its two routes, answering as they do when all is well, or as it is told."""

    def __init__(self) -> None:
        self.leaving: Response = RedirectResponse(ELSEWHERE, 302)
        self.returning = RedirectResponse("/", 302)
        self.returning.set_cookie("_streamlit_user", "who", httponly=True)
        self.returning.set_cookie("_streamlit_user_tokens", "for other services")

    def app(self) -> Starlette:
        async def leave(_: Request) -> Response:
            return self.leaving

        async def come_back(_: Request) -> Response:
            return self.returning

        return Starlette(routes=[Route(LOGIN, leave), Route(CALLBACK, come_back)])


@pytest.fixture
def streamlit() -> Streamlit:
    return Streamlit()


@pytest.fixture
def browser(streamlit: Streamlit, settings: Settings) -> TestClient:
    return TestClient(WayBack(streamlit.app(), lambda: settings), follow_redirects=False)


def leave(browser: TestClient, referer: str) -> str:
    """Where it leads."""
    answer = browser.get(LOGIN, headers={"Referer": referer})
    return str(answer.headers["location"])


@pytest.mark.parametrize(
    ("referer", "page"),
    [
        ("http://testserver/history?text=red%20hat&task=a#there", "/history?text=red%20hat&task=a"),
        ("http://testserver/", "/"),
        ("http://testserver//evil.example/x", "/"),
        ("http://testserver/\\evil.example", "/"),
        ("https://evil.example/history", "/"),
        ("", "/"),
        ("http://testserver/" + "x" * 5000, "/"),
    ],
)
def test_it_leads_back_to_a_page_of_this_site_only(
    browser: TestClient, referer: str, page: str
) -> None:
    assert leave(browser, referer) == ELSEWHERE
    assert browser.get(CALLBACK).headers["location"] == page
    assert browser.get(CALLBACK).headers["location"] == "/"


def test_behind_a_proxy_pages_have_the_public_address(
    streamlit: Streamlit, settings: Settings
) -> None:
    public = settings.model_copy(update={"public_url": "https://glimpse.example"})
    browser = TestClient(WayBack(streamlit.app(), lambda: public), "https://inside")
    browser.follow_redirects = False
    leave(browser, "https://glimpse.example/history")
    assert browser.get(CALLBACK).headers["location"] == "/history"


def test_a_cookie_that_was_tampered_with_leads_nowhere_else(browser: TestClient) -> None:
    browser.cookies.set("glimpse_way_back", "//evil.example/")
    assert browser.get(CALLBACK).headers["location"] == "/"


def test_tokens_for_other_services_stay_here(browser: TestClient) -> None:
    answer = browser.get(CALLBACK)
    assert "_streamlit_user=who" in answer.headers["set-cookie"]
    assert "for other services" not in answer.headers["set-cookie"]


def test_under_https_the_cookies_are_secure(browser: TestClient) -> None:
    secure = TestClient(browser.app, "https://testserver", follow_redirects=False)
    leaving = secure.get(LOGIN, headers={"Referer": "https://testserver/users"})
    assert "Secure" in leaving.headers["set-cookie"]
    identity, *_ = secure.get(CALLBACK).headers.get_list("set-cookie")
    assert identity.endswith("; Secure")


@pytest.mark.parametrize(
    "answer", [PlainTextResponse("Authentication error", 400), RedirectResponse("/", 302)]
)
def test_a_provider_that_does_not_answer_is_said_on_the_page(
    browser: TestClient, streamlit: Streamlit, answer: Response
) -> None:
    streamlit.leaving = answer
    location = leave(browser, "http://testserver/history?text=a")
    assert location == "/history?text=a&sign_in=away"


def test_a_sign_in_that_failed_is_said_on_the_page(
    browser: TestClient, streamlit: Streamlit
) -> None:
    leave(browser, "http://testserver/users")
    streamlit.returning = RedirectResponse("/", 302)
    streamlit.returning.delete_cookie("_streamlit_user")
    answer = browser.get(CALLBACK)
    assert answer.headers["location"] == "/users?sign_in=failed"
    assert "_streamlit_user=" in answer.headers["set-cookie"]
