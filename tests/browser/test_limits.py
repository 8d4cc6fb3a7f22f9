"""Limits in a real browser: set on their page, met on another, in the reader's own time zone."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bench.product import Product, manage
from tests.browser.standing import People
from tests.browser.steps import settle, sign_in

pytestmark = pytest.mark.browser

PASSWORD = "only here for a look"
PROMPT = "Findings: 3 red circle; 1 blue star. Report:"


@pytest.fixture(scope="module")
def gus(product: Product) -> str:
    """A guest's name."""
    manage(product, "users", "add", "gus", "--role", "guest", "--password-stdin", typed=PASSWORD)
    return "gus"


@pytest.fixture
def guest(product: Product, browser: Browser, gus: str) -> Iterator[Page]:
    """The page of a guest in Kolkata, whose days begin at half past five."""
    context = browser.new_context(base_url=product.address, timezone_id="Asia/Kolkata")
    page = context.new_page()
    page.goto("/generation")
    sign_in(page, gus, PASSWORD)
    yield page
    context.close()


def expect_tokens_a_day(page: Page, value: str) -> None:
    """Of guests, who come first."""
    field = page.get_by_role("spinbutton", name="Tokens a day").first
    expect(field).to_have_value(value)


def set_tokens_a_day(page: Page, value: str) -> None:
    form = page.get_by_test_id("stForm").filter(has=page.get_by_label("Tokens a day")).first
    form.get_by_label("Tokens a day").fill(value)
    form.get_by_role("button", name="Set", exact=True).click()
    settle(page)


def test_a_limit_is_set_met_and_taken_back(
    new_context: Callable[..., BrowserContext], people: People, guest: Page
) -> None:
    admin = new_context().new_page()
    people.enter(admin, "grace", "/limits")
    set_tokens_a_day(admin, "260")
    expect(admin.get_by_text("The limit of the role guest is changed.")).to_be_visible()

    guest.get_by_label("Prompt", exact=True).fill(PROMPT)
    guest.get_by_label("Prompt", exact=True).press("Tab")
    settle(guest)
    run = guest.get_by_role("button", name=re.compile("^Run"))
    run.click()
    expect(guest.get_by_test_id("tokenstream-state")).to_contain_text("Done")
    run.click()
    expect(guest.get_by_text("left of today's 260 tokens, and this may take 256")).to_be_visible()
    expect(guest.get_by_text(re.compile(r"It works again at 05:30 \(in \d+ "))).to_be_visible()
    expect(guest.get_by_label("Prompt", exact=True)).to_have_value(PROMPT)

    set_tokens_a_day(admin, "")
    expect_tokens_a_day(admin, "")
    run.click()
    expect(guest.get_by_text("It works again")).to_have_count(0)
    expect(guest.get_by_test_id("tokenstream-state")).to_contain_text("Done")
    admin.get_by_role("button", name="Undo").click()
    expect_tokens_a_day(admin, "260")
    admin.get_by_role("button", name="Use the default").click()
    expect_tokens_a_day(admin, "20000")
