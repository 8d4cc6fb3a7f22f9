"""A rating given while the database is stopped: the page says that it waits, and then that it is
saved, and it is there once."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from bench.product import Product, manage, metrics
from db.session import Database
from tests.browser.conftest import SHOTS
from tests.browser.standing import People
from tests.browser.steps import boxes, detect_sample, save_button, settle, sign_in, star, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_KEPT = "Saved on this server; it will be sent when the database is back."


def test_a_rating_waits_for_the_database_and_is_stored_once(
    page: Page, people: People, product: Product
) -> None:
    url = manage(product, "db", "url").strip()
    page.goto("/detection")
    sign_in(page, "wei", people["wei"])
    detect_sample(page, "First shapes")
    settle(page)
    star(page, 2).click()
    settle(page)
    manage(product, "db", "stop")
    try:
        comment = page.get_by_label("Comment", exact=True)
        comment.fill("while it was away")
        comment.press("Tab")
        settle(page)
        star(page, 4).click()
        settle(page)
        save_button(page).click()
        expect(page.get_by_text(_KEPT)).to_be_visible()
        expect(page.get_by_text(re.compile("Saved 20"))).to_have_count(0)
        expect(boxes(page).first).to_be_visible()
        expect(comment).to_have_value("while it was away")
        assert _depth(product) == 1
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=Path(SHOTS) / "outbox-waiting.png", full_page=True)

        star(page, 5).click()
        settle(page)
        expect(page.get_by_text("Changed since; not saved yet.")).to_be_visible()
        save_button(page).click()
        wait_until(lambda: _depth(product) == 2)
        settle(page)
        expect(page.get_by_text(_KEPT)).to_be_visible()
    finally:
        manage(product, "db", "start")
    expect(page.get_by_text(re.compile(r"Saved 20.*: 5 of 5\."))).to_be_visible()
    expect(page.get_by_text(_KEPT)).to_have_count(0)
    assert _depth(product) == 0
    assert _stored(url) == [(5, "while it was away")]
    page.reload()
    settle(page)
    expect(page.get_by_text(re.compile(r"Saved 20.*: 5 of 5\."))).to_be_visible()
    assert _stored(url) == [(5, "while it was away")]

    manage(product, "db", "stop")
    try:
        page.get_by_role("button", name="Withdraw").click()
        expect(page.get_by_text("cannot be withdrawn while the database is away")).to_be_visible()
        expect(comment).to_have_value("while it was away")
    finally:
        manage(product, "db", "start")
    assert _stored(url) == [(5, "while it was away")]


def _depth(product: Product) -> float:
    (line,) = [line for line in metrics(product).splitlines() if line.startswith(_METRIC)]
    return float(line.split()[-1])


_METRIC = "glimpse_outbox_depth "


def _stored(url: str) -> list[tuple[int, str]]:
    database = Database(url, RuntimeError)
    with database.unit_of_work() as session:
        found = session.execute(text("select rating, comment from feedback")).all()
    database.close()
    return [(rating, comment) for rating, comment in found]
