"""Asking another to rate, in two browsers: sent from a rating, found at home, compared."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.standing import People
from tests.browser.steps import detect_sample, rate, settle, sign_in

pytestmark = pytest.mark.browser


def signed_in(context: BrowserContext, name: str, password: str) -> Page:
    page = context.new_page()
    page.goto("/account")
    sign_in(page, name, password)
    settle(page)
    return page


def first_rating(page: Page) -> str:
    """The id of the newest rating, from the export."""
    text = page.request.get("/api/v1/feedback/export?format=csv").text()
    return next(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))["feedback_id"]


def test_a_run_is_sent_to_a_rater_and_compared_with_its_reference(
    new_context: Callable[..., BrowserContext], people: People
) -> None:
    admin = signed_in(new_context(), "grace", people["grace"])
    detect_sample(admin, "Stickers")
    rate(admin, 2, comment="nobody else may read this")
    run = re.search(r"run=([0-9a-f-]+)", admin.url)
    assert run
    admin.goto(f"/feedback?row={first_rating(admin)}")
    settle(admin)
    admin.get_by_role("button", name="Ask to rate").click()
    admin.get_by_label("Who", exact=True).click()
    admin.get_by_role("option", name="wei").click()
    settle(admin)
    admin.get_by_label("Reference rating", exact=True).click()
    admin.get_by_role("option", name="2", exact=True).click()
    settle(admin)
    admin.mouse.wheel(0, 600)  # the menu goes with its button, and may reach below the window
    admin.get_by_role("button", name="Ask", exact=True).click()
    expect(admin.get_by_text("anchor at 2")).to_be_visible()

    rater = signed_in(new_context(), "wei", people["wei"])
    rater.goto("/home")
    rater.get_by_role("link", name="Asked to rate: 1 run").click()
    settle(rater)
    rater.get_by_role("button", name=re.compile("pink heart")).click()
    picture = rater.get_by_test_id("boxview-picture")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0
    expect(rater.get_by_text("nobody else may read this")).to_have_count(0)
    for word in ("reference", "anchor", "Describe", "Download", "grace"):
        expect(rater.get_by_text(word)).to_have_count(0)
    rate(rater, 4)
    expect(rater.get_by_text("Nothing waits")).to_be_visible()
    rater.goto(f"/detection?run={run[1]}")
    expect(rater.get_by_text("This run is somebody else's")).to_be_visible()

    admin.goto("/raters")
    expect(admin.get_by_text("reference 2, wei said 4: 2 above")).to_be_visible()
    admin.get_by_role("button", name="Remove").click()
    admin.get_by_role("button", name="Remove the anchor").click()
    expect(admin.get_by_text("None yet.")).to_be_visible()
    rater.goto("/asked")
    expect(rater.get_by_text("Nobody has asked you")).to_be_visible()
