"""What a person does in the browser, step by step."""

import re

from playwright.sync_api import Locator, Page, expect

from bench.steps import (
    boxes,
    choose,
    detect_sample,
    generate,
    settle,
    sign_in,
    wait_until,
)

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
