"""From boxes to a report in a real browser, and to the rating that names the step that failed."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.standing import People
from tests.browser.steps import boxes, detect_sample, save_button, settle, star

pytestmark = pytest.mark.browser

ANALYST = "wei"


def test_one_click_leads_from_boxes_to_streamed_text_and_back(page: Page, people: People) -> None:
    people.enter(page, ANALYST)
    detect_sample(page, "First shapes")
    settle(page)
    page.get_by_role("button", name="Describe", exact=True).click()
    expect(page).to_have_url(re.compile(r"/generation\?run="))
    expect(page.get_by_test_id("tokenstream-text").first).to_contain_text("red circle")
    expect(page.get_by_text("4 of 4 claims supported by the boxes")).to_be_visible()
    expect(page.get_by_test_id("tokenstream-claim")).to_have_count(4)
    thumbnail = page.get_by_alt_text("The boxes described")
    assert thumbnail.evaluate("picture => picture.complete && picture.naturalWidth") > 0

    page.get_by_role("link", name=re.compile("^4 boxes of")).click()
    expect(page).to_have_url(re.compile(r"/detection\?run="))
    expect(boxes(page)).to_have_count(4)


def test_back_from_a_report_leads_to_its_boxes(page: Page, people: People) -> None:
    people.enter(page, ANALYST)
    detect_sample(page, "First shapes")
    settle(page)
    page.get_by_role("button", name="Describe", exact=True).click()
    expect(page).to_have_url(re.compile(r"/generation\?run="))
    settle(page)
    for _ in range(2):
        page.go_back()
        page.wait_for_timeout(500)  # the page hears of it a moment later
        settle(page)
    expect(page).to_have_url(re.compile("/detection"))
    expect(boxes(page)).to_have_count(4)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_boxes_are_chosen_by_their_ticks(page: Page, people: People) -> None:
    people.enter(page, ANALYST)
    detect_sample(page, "First shapes")
    settle(page)
    page.get_by_role("button", name="Describe some").click()
    table = page.get_by_test_id("stPopoverBody").get_by_test_id("stDataFrame")
    table.click(position={"x": 16, "y": 52})  # the canvas's first tick
    page.wait_for_timeout(500)  # a table tells of its ticks a moment later
    settle(page)
    page.get_by_role("button", name="Write report").click()
    expect(page.get_by_role("link", name=re.compile("^3 boxes of"))).to_be_visible()


def test_a_planted_false_number_is_underlined_and_blamed_on_the_text(
    page: Page, people: People
) -> None:
    """The bundled writer repeats what it reads, so a prompt that misquotes makes it say so."""
    people.enter(page, ANALYST)
    detect_sample(page, "First shapes")
    settle(page)
    run_id = page.url.partition("run=")[2]
    text = "{{findings}}\nFindings: 5 red circle. Report:"
    version = _posted(page, "prompts", name="Misquoting", text=text)["versions"][0]["id"]
    asked = {"prompt_version": version, "temperature": 0}
    report = _posted(page, f"runs/{run_id}/describe", **asked)["run_id"]

    page.goto(f"/generation?run={report}")
    settle(page)
    marked = page.get_by_test_id("tokenstream-claim").filter(has_text="red circle")
    expect(marked).to_have_text(re.compile("^(5|five) red circles$"))
    expect(marked).to_have_class("unsupported")
    expect(marked).to_have_css("text-decoration-line", "underline")
    expect(marked).to_have_attribute("aria-description", re.compile("detected: 1 × red circle"))
    supported = page.get_by_test_id("tokenstream-claim").and_(page.locator(".supported"))
    expect(supported.first).to_contain_text("one ")

    star(page, 1).click()
    step = page.get_by_role("radiogroup", name="Which step failed?")
    step.get_by_role("radio", name="Text", exact=True).click()
    settle(page)
    save_button(page).click()
    expect(page.get_by_text(re.compile(r"Saved .*: 1 of 5\.$"))).to_be_visible()
    page.reload()
    settle(page)
    expect(step.get_by_role("radio", name="Text", exact=True)).to_be_checked()


def _posted(page: Page, path: str, **body: Any) -> dict[str, Any]:
    """What the API answers to the person signed in."""
    origin = page.url.partition("/detection")[0]
    answer = page.request.post(f"/api/v1/{path}", data=body, headers={"Origin": origin})
    assert answer.ok, answer.text()
    found: dict[str, Any] = answer.json()
    return found
