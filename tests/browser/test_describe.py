"""From boxes to a report in a real browser, and to the rating that names the step that failed."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SHOTS
from tests.browser.steps import detect_sample, settle, sign_in, star

pytestmark = pytest.mark.browser

ANALYST = "wei"


def test_one_click_leads_from_boxes_to_streamed_text(page: Page, people: dict[str, str]) -> None:
    page.goto("/detection")
    sign_in(page, ANALYST, people[ANALYST])
    detect_sample(page, "First shapes")
    settle(page)
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / "describe-0.png", full_page=True)
    page.get_by_role("button", name="Describe", exact=True).click()
    expect(page).to_have_url(re.compile(r"/generation\?run="))
    text = page.get_by_test_id("tokenstream-text").first
    expect(text).to_contain_text("red circle")
    expect(page.get_by_text(re.compile(r"\d of \d claims supported"))).to_be_visible()
    page.screenshot(path=SHOTS / "describe-1.png", full_page=True)
    star(page, 2).click()
    settle(page)
    page.screenshot(path=SHOTS / "describe-2.png", full_page=True)
    page.go_back()
    settle(page)
    print("URL", page.url)
    page.go_back()
    settle(page)
    print("URL", page.url)
    page.screenshot(path=SHOTS / "describe-2b.png", full_page=True)
    page.get_by_role("button", name="Describe some").click()
    settle(page)
    page.wait_for_timeout(1500)
    page.screenshot(path=SHOTS / "describe-3.png", full_page=True)
