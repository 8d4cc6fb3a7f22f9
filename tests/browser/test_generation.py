"""The generation page in a browser: from a text to the next one, and back; and by keys alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.standing import People
from tests.browser.steps import choose, generate, settle

pytestmark = pytest.mark.browser

REPORT = "Findings: 3 red circle; 1 blue star. Report:"


@pytest.fixture
def wei(page: Page, people: People) -> Page:
    people.enter(page, "wei", "/generation")
    return page


def done(page: Page) -> str:
    """The text, once it is whole and the page has heard of it."""
    expect(page.get_by_test_id("tokenstream-state")).to_contain_text("Done", timeout=30_000)
    expect(page.get_by_role("button", name="Again", exact=True)).to_be_visible()
    settle(page)
    return page.get_by_test_id("tokenstream-text").inner_text()


def came_from(page: Page, what: str) -> None:
    expect(page.get_by_role("button", name=re.compile(f"^{what}"))).to_be_visible()


def test_a_text_is_written_on_branched_and_edited_and_each_leads_back(wei: Page) -> None:
    generate(wei, REPORT, tokens=6)
    start, first = done(wei), wei.url
    wei.get_by_role("button", name="Continue", exact=True).click()
    came_from(wei, "Continued from a run")
    assert done(wei).startswith(start)

    wei.get_by_role("radio", name="Tokens").click()
    wei.get_by_test_id("tokenstream-tokens").locator("[data-at='0']").click()
    wei.get_by_test_id("tokenstream-branch").first.click()
    came_from(wei, "Branched from a run at token 1")
    wei.get_by_role("radio", name="Text").click()
    assert done(wei).startswith(start)

    wei.get_by_role("button", name="Edit and resend").click()
    settle(wei)
    wei.get_by_label("Prompt", exact=True).fill("Findings: 2 cat. Report:")
    wei.keyboard.press("Control+Enter")
    came_from(wei, "Edited from a run")
    done(wei)
    for back in ("Branched from a run", "Continued from a run"):
        wei.go_back()
        came_from(wei, back)
        settle(wei)
    expect(wei.get_by_label("Prompt", exact=True)).to_have_value(REPORT)
    wei.go_back()
    expect(wei).to_have_url(first)
    came_from(wei, "Continued: 1 run")


def test_keys_run_and_stop_and_the_end_is_written_on(wei: Page) -> None:
    choose(wei, "Model", "pace")
    limit = wei.get_by_label("Max new tokens", exact=True)
    limit.fill("900")
    limit.press("Tab")
    settle(wei)
    prompt = wei.get_by_label("Prompt", exact=True)
    prompt.fill("By keys alone")
    prompt.press("Control+Enter")
    expect(wei.get_by_test_id("tokenstream-text")).not_to_have_text("")
    wei.keyboard.press("Escape")
    expect(wei.get_by_test_id("tokenstream-state")).to_contain_text("Stopped")
    kept = wei.get_by_test_id("tokenstream-text").inner_text()
    wei.get_by_role("button", name="Continue", exact=True).click()
    came_from(wei, "Continued from a run")
    text = wei.get_by_test_id("tokenstream-text")
    expect(text).to_have_text(re.compile(f"^{kept}.*\\w"))
    wei.keyboard.press("Escape")
    expect(wei.get_by_test_id("tokenstream-state")).to_contain_text("Stopped")


def test_a_text_goes_on_while_one_is_elsewhere_and_in_another_tab(wei: Page) -> None:
    generate(wei, "Go on without me", model="pace", tokens=600)
    other = wei.context.new_page()
    other.goto(wei.url)
    expect(other.get_by_test_id("tokenstream-text")).not_to_have_text("")
    wei.get_by_role("link", name="History").click()
    expect(wei.get_by_role("heading", name="History")).to_be_visible()
    settle(wei)
    wei.get_by_role("link", name="Generation").click()
    expect(wei).to_have_url(other.url)
    assert done(wei) == done(other)
    assert len(done(wei).split()) == 600
    expect(wei.get_by_label("Prompt", exact=True)).to_have_value("Go on without me")
