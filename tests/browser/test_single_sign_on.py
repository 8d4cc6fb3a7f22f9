"""The whole way to an identity provider and back, through the running product."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect

from bench.product import ADMIN_PASSWORD, Product, manage, running_product
from core.accounts.types import COOKIE_NAME
from tests.browser.conftest import SHOTS
from tests.browser.steps import settle, wait_until
from tests.oidc.running import RunningProvider, running_provider
from ui.way_back import CALLBACK

pytestmark = pytest.mark.browser

_CLAIM = {
    "GLIMPSE_OIDC_NAME": "Example",
    "GLIMPSE_OIDC_ROLE_CLAIM": "groups",
    "GLIMPSE_OIDC_ROLES": "admins=admin; staff=analyst",
}
_IDENTITY = "_streamlit_user"
NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def provider() -> Iterator[RunningProvider]:
    with running_provider() as started:
        yield started


@pytest.fixture(scope="module")
def product(open_folder: Path, provider: RunningProvider) -> Iterator[Product]:
    with running_product(open_folder / "work", settings=provider.settings() | _CLAIM) as started:
        yield started


def cookies(page: Page) -> dict[str, str]:
    return {str(c.get("name")): str(c.get("value")) for c in page.context.cookies()}


def identity_of(page: Page) -> dict[str, str]:
    """Streamlit's own cookies of the sign-in."""
    return {name: value for name, value in cookies(page).items() if name.startswith(_IDENTITY)}


def sign_on(page: Page) -> Response:
    """Press the button and come back; the answer that brought the identity."""
    settle(page)
    with page.expect_response(lambda answer: urlsplit(answer.url).path == CALLBACK) as caught:
        page.get_by_role("button", name="Sign in with Example").click()
    return caught.value


def signed_on(page: Page, name: str, role: str) -> None:
    """Wait until the page is theirs, and the browser holds our cookie and no other."""
    beside = page.get_by_test_id("stSidebar")
    expect(beside.get_by_role("strong")).to_have_text(name)
    expect(beside.get_by_text(role, exact=True).last).to_be_visible()
    wait_until(lambda: COOKIE_NAME in cookies(page) and not identity_of(page))


def refused(page: Page, words: str) -> None:
    """It says so on the sign-in page, and nothing of the attempt stays in the browser."""
    expect(page.get_by_text(re.compile(words))).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with Example")).to_be_visible()
    wait_until(lambda: COOKIE_NAME not in cookies(page) and not identity_of(page))


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_text("you may still be signed in there")).to_be_visible()
    wait_until(lambda: COOKIE_NAME not in cookies(page))


def test_a_deep_link_survives_and_the_second_time_it_is_the_same_user(
    page: Page, provider: RunningProvider, product: Product
) -> None:
    provider.next("1", {"preferred_username": "wei", "groups": ["staff"]})
    page.goto("/history?text=red%20hat")
    SHOTS.mkdir(exist_ok=True)
    expect(page.get_by_role("button", name="Sign in with Example")).to_be_visible()
    page.screenshot(path=SHOTS / "single-sign-on.png")
    sign_on(page)
    signed_on(page, "wei", "analyst")
    expect(page).to_have_url(re.compile(r"/history\?text=red(%20|\+)hat$"))
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    sign_out(page)
    provider.next("1", {"preferred_username": "renamed", "groups": ["admins"]})
    sign_on(page)
    signed_on(page, "wei", "admin")
    assert "renamed" not in manage(product, "users", "list")


@pytest.mark.slow
def test_who_is_disabled_or_has_no_role_stays_out_and_a_role_by_hand_stays(
    page: Page, provider: RunningProvider, product: Product
) -> None:
    name, stranger = f"grace-{token_hex(3)}", f"stranger-{token_hex(3)}"  # new when run again
    provider.next(name, {"email": f"{name}@example.org", "groups": ["staff"]})
    page.goto("/account")
    sign_on(page)
    signed_on(page, name, "analyst")
    expect(page.get_by_text("There is no password to change")).to_be_visible()
    sign_out(page)
    manage(product, "users", "role", name, "guest")
    sign_on(page)
    signed_on(page, name, "guest")
    sign_out(page)
    manage(product, "users", "disable", name)
    sign_on(page)
    refused(page, "This account is disabled")
    provider.next(stranger, {"groups": ["visitors"]})
    sign_on(page)
    refused(page, "You have no account here")
    expect(page.get_by_text(f"--issuer {provider.issuer} --subject {stranger}")).to_be_visible()
    page.screenshot(path=SHOTS / "single-sign-on-unknown.png")
    manage(product, "users", "link", "admin", "--issuer", provider.issuer, "--subject", stranger)
    sign_on(page)
    signed_on(page, "admin", "admin")


@pytest.mark.slow
def test_what_was_used_is_worth_nothing(
    page: Page, new_context: NewContext, provider: RunningProvider, product: Product
) -> None:
    provider.next("4", {"preferred_username": "ada", "groups": ["staff"]})
    page.goto("/")
    answer = sign_on(page)
    signed_on(page, "ada", "analyst")
    sign_out(page)
    page.goto(answer.url)
    refused(page, "did not succeed")
    stolen = [h["value"] for h in answer.headers_array() if h["name"].lower() == "set-cookie"]
    value = next(each for each in stolen if each.startswith(f"{_IDENTITY}="))
    thief = new_context()
    name, _, rest = value.partition("=")
    thief.add_cookies(
        [{"name": name, "value": rest.partition(";")[0].strip('"'), "url": product.address}]
    )
    other = thief.new_page()
    other.goto("/history")
    refused(other, "was used before")


_WRONG: tuple[tuple[dict[str, str], dict[str, bool], str], ...] = (
    ({}, {"other_key": True}, "did not succeed"),
    ({}, {"other_nonce": True}, "did not succeed"),
    ({}, {"denied": True}, "did not succeed"),
    ({"aud": "another"}, {}, "did not succeed"),
    ({"aud": "another", "azp": "glimpse"}, {}, "meant for another product"),
    ({"iss": "https://other.example"}, {}, "did not succeed"),
)


@pytest.mark.slow
def test_a_token_that_is_not_as_it_should_be_signs_nobody_in(
    page: Page, provider: RunningProvider
) -> None:
    for claims, wrong, words in _WRONG:
        provider.next("5", {"groups": ["admins"], **claims}, **wrong)
        page.goto("/")
        sign_on(page)
        refused(page, words)


def test_a_provider_that_is_away_is_named_and_the_form_still_works(
    page: Page, provider: RunningProvider
) -> None:
    page.goto("/users")
    settle(page)
    provider.stop()
    try:
        page.get_by_role("button", name="Sign in with Example").click()
        expect(page.get_by_text("Example does not answer")).to_be_visible()
        expect(page).to_have_url(re.compile(r"/users$"))
        page.get_by_label("Username", exact=True).fill("admin")
        page.get_by_label("Password", exact=True).fill(ADMIN_PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="Users")).to_be_visible()
    finally:
        provider.start()
