"""What a stranger gets from a process that has served nobody yet."""

import re

import pytest
from playwright.sync_api import Page, expect

from bench.product import ADMIN_PASSWORD
from tests.browser.steps import sign_in

pytestmark = pytest.mark.browser


def test_the_very_first_request_for_an_admin_page_gets_the_sign_in_form(page: Page) -> None:
    page.goto("/users")
    expect(page.get_by_label("Username", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Users")).to_have_count(0)
    sign_in(page, "admin", ADMIN_PASSWORD)
    expect(page).to_have_url(re.compile(r"/users$"))
    expect(page.get_by_role("heading", name="Users")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/", "/home", "/detection", "/generation", "/feedback", "/account"]
)
def test_every_page_asks_a_stranger_to_sign_in(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.get_by_label("Username", exact=True)).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
