"""The audit page in the browser: a click opens an entry; back and forward lead on."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Position, expect

from bench.product import Product, manage
from tests.browser.conftest import SHOTS
from tests.browser.standing import People
from tests.browser.steps import settle

pytestmark = pytest.mark.browser

_CELL: Position = {"x": 320, "y": 52}
"""In the first row, behind its mark."""


@pytest.fixture
def grace(new_context: Callable[..., BrowserContext], product: Product, people: People) -> Page:
    manage(product, "users", "role", "wei", "guest")
    manage(product, "users", "role", "wei", "analyst")
    page = new_context().new_page()
    people.enter(page, "grace", "/audit?action=role_changed")
    settle(page)
    return page


def test_an_entry_opens_leads_on_and_back(grace: Page) -> None:
    expect(grace.get_by_role("heading", name="Audit")).to_be_visible()
    grace.get_by_test_id("stDataFrame").first.click(position=_CELL)
    expect(grace.get_by_role("heading", name="Changed the role of wei")).to_be_visible()
    expect(grace).to_have_url(re.compile(r"action=role_changed&entry="))
    settle(grace)
    table = grace.get_by_test_id("stTable")
    for word in ("Role", "guest", "analyst"):
        expect(table).to_contain_text(word)
    _shoot(grace, "audit-entry")
    grace.get_by_role("button", name="All done to wei").click()
    expect(grace).to_have_url(re.compile(r"/audit\?to=wei$"))
    grace.go_back()
    expect(grace.get_by_role("heading", name="Changed the role of wei")).to_be_visible()
    grace.go_back()
    expect(grace).to_have_url(re.compile(r"/audit\?action=role_changed$"))
    expect(grace.get_by_role("heading", name="Changed the role of wei")).to_have_count(0)


def test_what_matches_is_downloaded_and_noted(grace: Page) -> None:
    with grace.expect_download() as caught:
        grace.get_by_role("link", name="Export CSV").click()
    assert re.fullmatch(r"glimpse-audit-[\d-]+\.csv", caught.value.suggested_filename)
    lines = caught.value.path().read_text("utf-8").splitlines()
    assert lines[0].startswith("id,at,action,actor_id,actor,role,face")
    assert lines[1:]
    assert all(",role_changed," in line for line in lines[1:])
    grace.goto("/audit?action=exported")
    settle(grace)
    grace.get_by_test_id("stDataFrame").first.click(position=_CELL)
    expect(grace.get_by_role("heading", name="Exported audit csv")).to_be_visible()
    expect(grace.get_by_test_id("stTable")).to_contain_text("role_changed")


def _shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.wait_for_timeout(300)  # the last transition; only the picture depends on it
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
