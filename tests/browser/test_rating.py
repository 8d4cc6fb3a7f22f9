"""The rating card in a browser: what is half said is kept, corrected, said, and told."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import SHOTS
from tests.browser.standing import People
from tests.browser.steps import generate, save_button, settle, star

pytestmark = pytest.mark.browser

REPORT = "Findings: 3 red circle; 1 blue star. Report:"


def comment(page: Page, words: str) -> None:
    box = page.get_by_label("Comment", exact=True)
    box.fill(words)
    box.press("Tab")
    settle(page)


def corrected(page: Page, words: str) -> None:
    field = page.get_by_label("The text as it should have been")
    field.fill(words)
    field.press("Control+Enter")
    settle(page)


def shoot(page: Page, name: str) -> None:
    width = page.viewport_size["width"] if page.viewport_size else 1440
    page.set_viewport_size({"width": width, "height": 1600})
    save_button(page).scroll_into_view_if_needed()
    page.wait_for_timeout(300)  # the last transition; only the picture depends on it
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"rating-{name}.png")
    overflow = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0, f"{name} is {overflow} px wider than the window"


def test_a_rating_is_drafted_corrected_saved_and_withdrawn(
    new_context: Callable[..., BrowserContext], people: People
) -> None:
    context = new_context()
    page = context.new_page()
    people.enter(page, "wei")
    generate(page, REPORT)
    expect(page.get_by_test_id("tokenstream-state")).to_contain_text("Done")
    settle(page)
    star(page, 2).click()
    settle(page)
    comment(page, "half a thou")
    page.get_by_role("button", name="Correct the text").click()
    settle(page)
    field = page.get_by_label("The text as it should have been")
    expect(field).not_to_have_value("")
    text = field.input_value()
    corrected(page, text.replace("three", "four") + " And that is all.")
    expect(page.locator("ins").last).to_contain_text("And that is all.")
    expect(page.locator("ins").last).to_have_css("text-decoration-line", "underline")
    expect(page.get_by_text("Not saved yet. Draft kept.")).to_be_visible()
    shoot(page, "draft-wide-light")

    page.reload()
    expect(page.get_by_text("Not saved yet. Draft kept.")).to_be_visible()
    expect(page.get_by_label("Comment", exact=True)).to_have_value("half a thou")
    expect(star(page, 2)).to_be_checked()
    other = context.new_page()
    other.goto(page.url)
    expect(other.get_by_label("The text as it should have been")).to_have_value(
        re.compile(r"And that is all\.$")
    )

    save_button(page).click()
    expect(page.get_by_text(re.compile(r"Saved .*: 2 of 5\.$"))).to_be_visible()
    star(page, 4).click()
    settle(page)
    save_button(page).click()
    expect(page.get_by_text(re.compile(r"Saved .*: 4 of 5\.$"))).to_be_visible()
    page.get_by_text("History: changed once").click()
    expect(page.get_by_text("you: 2 → 4 of 5")).to_be_visible()
    shoot(page, "saved-wide-light")

    for size, scheme, width in (("wide", "dark", 1440), ("phone", "dark", 400)):
        looked = new_context(width, 900, scheme).new_page()
        people.enter(looked, "wei", page.url)
        expect(looked.locator("ins").last).to_contain_text("And that is all.")
        shoot(looked, f"saved-{size}-{scheme}")

    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Rating withdrawn.")).to_be_visible()
    expect(page.get_by_label("Comment", exact=True)).to_have_value("")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text(re.compile(r"Saved .*: 4 of 5\.$"))).to_be_visible()
    expect(page.get_by_label("Comment", exact=True)).to_have_value("half a thou")
    expect(page.locator("ins").last).to_contain_text("And that is all.")
