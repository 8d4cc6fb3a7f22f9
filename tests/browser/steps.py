"""What a person does in the browser, step by step."""

import re

from playwright.sync_api import Locator, Page, expect

from bench.steps import boxes, detect_sample, settle, sign_in, wait_until

__all__ = [
    "boxes",
    "choose",
    "detect_sample",
    "generate",
    "rate",
    "save_button",
    "settle",
    "sign_in",
    "sign_out",
    "star",
    "wait_until",
]


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_label("Username", exact=True)).to_be_visible()


def generate(page: Page, prompt: str, *, model: str | None = None, tokens: int = 64) -> None:
    """Start a text and return once its first words stand on the page."""
    page.goto("/generation")
    settle(page)
    if model:
        choose(page, "Model", model)
    page.get_by_label("Prompt", exact=True).fill(prompt)
    limit = page.get_by_label("Max new tokens", exact=True)
    limit.fill(str(tokens))
    limit.press("Tab")
    settle(page)
    page.get_by_role("button", name=re.compile("^Run")).click()
    expect(page.get_by_test_id("tokenstream-text").first).not_to_have_text("")


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()
    settle(page)


def rate(page: Page, stars: int, *, tag: str | None = None, comment: str | None = None) -> None:
    """Set the stars, a suggested tag and a comment, and save once."""
    star(page, stars).click()
    if tag:
        page.get_by_role("button", name=tag, exact=True).click()
    if comment is not None:
        box = page.get_by_label("Comment", exact=True)
        box.fill(comment)
        box.press("Tab")
    settle(page)
    save_button(page).click()
    expect(page.get_by_text(re.compile(rf"Saved .*: {stars} of 5\.$"))).to_be_visible()


def star(page: Page, number: int) -> Locator:
    return page.get_by_role("radio", name=f"{number} out of 5 stars")


def save_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Save rating")
