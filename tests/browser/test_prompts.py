"""A prompt in a real browser: opened by a click in the table, revised, put away, brought back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.standing import People
from tests.browser.steps import settle

pytestmark = pytest.mark.browser


def open_first(page: Page) -> None:
    """The table is one canvas; a click anywhere in a row opens it."""
    page.get_by_test_id("stDataFrame").click(position={"x": 100, "y": 52})
    settle(page)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settle(page)


def write(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Tab")
    settle(page)


def test_a_prompt_is_made_revised_put_away_and_brought_back(
    new_context: Callable[..., BrowserContext], people: People
) -> None:
    page = new_context().new_page()
    people.enter(page, "wei", "/prompts")
    press(page, "New prompt")
    write(page, "Name", "Shift note")
    write(page, "Text", "A note on {{findings}}.")
    press(page, "Create")
    expect(page.get_by_text("1 version", exact=False)).to_be_visible()
    page.goto("/prompts")
    settle(page)
    open_first(page)
    press(page, "Edit")
    write(page, "Text", "One line on {{findings}}.")
    expect(page.get_by_text("-A note on {{findings}}.")).to_be_visible()
    press(page, "Save")
    expect(page.get_by_text("2 versions", exact=False)).to_be_visible()
    press(page, "Archive")
    expect(page.get_by_text("“Shift note” is archived.")).to_be_visible()
    press(page, "Undo")
    expect(page.get_by_text("2 versions", exact=False)).to_be_visible()
