"""The whole way to an identity provider and back, through the running product."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bench.product import Product, manage, running_product
from core.accounts.types import COOKIE_NAME
from tests.browser.steps import settle, wait_until
from tests.oidc.running import RunningProvider, running_provider

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
    with running_product(open_folder / "work", provider.settings() | _CLAIM) as started:
        yield started


def cookies(page: Page) -> dict[str, str]:
    return {str(c.get("name")): str(c.get("value")) for c in page.context.cookies()}


def sign_on(page: Page) -> None:
    """Press the button and come back."""
    settle(page)
    page.get_by_role("button", name="Sign in with Example").click()


def signed_on(page: Page, name: str, role: str) -> None:
    """Wait until the page is theirs, and the browser holds our cookie and no other."""
    beside = page.get_by_test_id("stSidebar")
    expect(beside.get_by_text(name, exact=True)).to_be_visible()
    expect(beside.get_by_text(role, exact=True)).to_be_visible()
    wait_until(lambda: COOKIE_NAME in cookies(page) and not identity_of(page))


def identity_of(page: Page) -> dict[str, str]:
    return {name: value for name, value in cookies(page).items() if name.startswith(_IDENTITY)}


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_text("you may still be signed in there")).to_be_visible()
    wait_until(lambda: COOKIE_NAME not in cookies(page))


def test_a_deep_link_survives_and_the_second_time_it_is_the_same_user(
    page: Page, provider: RunningProvider, product: Product
) -> None:
    provider.next("1", preferred_username="wei", groups=["staff"])
    page.goto("/history?text=red%20hat")
    sign_on(page)
    signed_on(page, "wei", "analyst")
    expect(page).to_have_url(re.compile(r"/history\?text=red(%20|\+)hat$"))
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    sign_out(page)
    provider.next("1", preferred_username="renamed", groups=["admins"])
    sign_on(page)
    signed_on(page, "wei", "admin")
    assert "renamed" not in manage(product, "users", "list")
