"""The main job in a real browser: sign in, detect, stream, rate, review, export."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bench.product import ADMIN_PASSWORD, Product, metrics
from tests.browser.standing import People
from tests.browser.steps import (
    boxes,
    detect_sample,
    generate,
    rate,
    save_button,
    settle,
    sign_in,
    sign_out,
    star,
)

pytestmark = pytest.mark.browser

ANALYST, ADMIN = "wei", "grace"
SAMPLES = Path(__file__).resolve().parents[2] / "ui" / "samples"


def test_an_admin_changes_the_password_and_adds_an_analyst(page: Page) -> None:
    analyst, password, changed = "newcomer", "boxes all day long", "another quiet password"
    page.goto("/account")
    sign_in(page, "admin", ADMIN_PASSWORD)
    page.get_by_label("Current password", exact=True).fill(ADMIN_PASSWORD)
    page.get_by_label("New password", exact=True).fill(changed)
    page.get_by_label("New password, again", exact=True).fill(changed)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("The password is changed")).to_be_visible()

    page.get_by_role("link", name="Users").click()
    settle(page)
    page.get_by_role("button", name="Add user").click()
    page.get_by_label("Username", exact=True).fill(analyst)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_text("Must choose a new password").click()
    page.get_by_test_id("stForm").get_by_role("button", name="Add user").click()
    expect(page.get_by_text(f"{analyst} is added")).to_be_visible()

    sign_out(page)
    page.reload()
    expect(page.get_by_label("Username", exact=True)).to_be_visible()
    sign_in(page, analyst, password)
    page.reload()
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()


def test_an_analyst_who_types_an_admin_page_is_told_so(page: Page, people: People) -> None:
    people.enter(page, ANALYST, "/users")
    expect(page.get_by_text("not allowed for your role")).to_be_visible()
    expect(page.get_by_role("link", name="Users")).to_have_count(0)


def test_boxes_are_filtered_and_chosen_without_the_model(
    page: Page, people: People, product: Product
) -> None:
    people.enter(page, ANALYST)
    detect_sample(page, "First shapes")
    settle(page)
    calls = _model_calls(product)
    shown = boxes(page).count()
    assert shown >= 3

    boxes(page).first.hover()
    expect(page.get_by_test_id("boxview-tip")).to_be_visible()
    page.get_by_test_id("boxview-chip").filter(has_text="red circle").click()
    expect(boxes(page)).not_to_have_count(shown)
    page.get_by_test_id("boxview-chip").filter(has_text="red circle").click()
    expect(boxes(page)).to_have_count(shown)

    slider = page.get_by_test_id("boxview-score")
    slider.fill("0.99")
    expect(boxes(page)).to_have_count(0)
    slider.fill("0.05")
    assert boxes(page).count() >= shown
    page.get_by_test_id("boxview-reset").click()
    expect(boxes(page)).to_have_count(shown)

    boxes(page).first.click()
    chosen = page.locator("[data-testid=boxview-box][aria-pressed=true]")
    expect(chosen).to_have_count(1)
    settle(page)
    expect(chosen).to_have_count(1)
    assert _model_calls(product) == calls


def test_an_uploaded_picture_is_detected_and_bad_input_is_explained(
    page: Page, people: People, tmp_path: Path
) -> None:
    people.enter(page, ANALYST, "/detection")
    page.get_by_role("button", name="Detect").click()
    expect(page.get_by_role("alert")).to_contain_text("picture")

    broken = tmp_path / "broken.png"
    broken.write_bytes((SAMPLES / "first-shapes.png").read_bytes()[:900])
    page.locator("input[type=file]").set_input_files(broken)
    settle(page)
    page.get_by_label("What to look for", exact=True).fill("red circle")
    page.get_by_role("button", name="Detect").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)

    page.locator("input[type=file]").set_input_files(SAMPLES / "pile.png")
    settle(page)
    page.get_by_label("What to look for", exact=True).fill("red ring. blue heart.")
    page.get_by_role("button", name="Detect").click()
    expect(boxes(page).first).to_be_visible()


def test_ten_quick_clicks_make_one_rating_which_can_be_changed(
    page: Page, people: People, product: Product
) -> None:
    people.enter(page, ANALYST)
    detect_sample(page, "Stickers")
    star(page, 5).click()
    settle(page)
    for _ in range(10):
        save_button(page).click(no_wait_after=True)
    expect(page.get_by_text(re.compile(r"Saved .*: 5 of 5\.$"))).to_be_visible()
    assert len(_own_export(page)) == 1
    rate(page, 2, tag="loose box", comment="=1+1")
    rows = _own_export(page)
    assert len(rows) == 1
    assert (rows[0]["rating"], rows[0]["tags"]) == ("2", "loose box")
    assert rows[0]["comment"] == "'=1+1"


def test_keys_set_the_stars_and_list_themselves(page: Page, people: People) -> None:
    people.enter(page, ANALYST)
    generate(page, "Findings: 1 blue star. Report:")
    expect(save_button(page)).to_be_visible()
    page.get_by_test_id("tokenstream-text").click()
    page.keyboard.press("4")
    expect(star(page, 4)).to_be_checked()
    comment = page.get_by_label("Comment", exact=True)
    comment.click()
    page.keyboard.type("1 of 2?")
    settle(page)
    expect(comment).to_have_value("1 of 2?")
    expect(star(page, 4)).to_be_checked()
    page.get_by_test_id("tokenstream-text").click()
    page.wait_for_timeout(300)  # the comment is on its way
    settle(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Ctrl + Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_back_undoes_one_choice_at_a_time(page: Page, people: People) -> None:
    people.enter(page, ANALYST, "/home")
    page.get_by_role("link", name="Detection").click()
    settle(page)
    page.get_by_role("radio", name="Night").click()
    expect(page).to_have_url(re.compile(r"sample=night"))
    settle(page)
    page.get_by_role("button", name="Detect").click()
    expect(boxes(page).first).to_be_visible()
    settle(page)
    page.go_back()
    expect(page).to_have_url(re.compile(r"sample=night"))
    expect(boxes(page)).to_have_count(0)
    page.go_back()
    expect(page).to_have_url(re.compile(r"/detection$"))
    settle(page)
    page.go_back()
    expect(page).to_have_url(re.compile(r"/home$"))


def test_a_stream_is_stopped_and_what_is_there_is_rated(page: Page, people: People) -> None:
    people.enter(page, ANALYST)
    generate(page, "Write slowly", model="pace", tokens=1500)
    page.get_by_test_id("tokenstream-stop").click()
    expect(page.get_by_test_id("tokenstream-state")).to_contain_text("Stopped")
    settle(page)
    kept = page.get_by_test_id("tokenstream-text").inner_text()
    assert 0 < len(kept.split()) < 1500
    rate(page, 3, comment="stopped early")
    page.reload()
    settle(page)
    expect(page.get_by_test_id("tokenstream-text")).to_have_text(kept)


def test_the_bundled_writer_streams_a_report(page: Page, people: People) -> None:
    people.enter(page, ANALYST)
    generate(page, "Findings: 3 red circle; 1 blue star. Report:")
    expect(page.get_by_test_id("tokenstream-state")).to_contain_text("Done")


def test_an_admin_finds_a_rating_and_exports_what_is_filtered(page: Page, people: People) -> None:
    people.enter(page, ADMIN, "/feedback?task=detection")
    expect(page.get_by_text("Coverage")).to_be_visible()
    expect(page.get_by_text("1 of ", exact=False).first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).click()
        page.get_by_role("link", name="CSV", exact=True).click()
    rows = _rows(download.value.path().read_text("utf-8-sig"))
    assert [row["task"] for row in rows] == ["detection"]
    assert rows[0]["comment"] == "'=1+1"

    page.goto("/feedback?text=stopped")
    settle(page)
    _open_first_row(page)
    expect(page.get_by_text("Write slowly").first).to_be_visible()
    page.goto("/feedback?task=detection")
    settle(page)
    _open_first_row(page)
    expect(boxes(page).first).to_be_visible()


def _open_first_row(page: Page) -> None:
    """The table is one canvas; a click anywhere in a row opens it."""
    page.get_by_test_id("stDataFrame").first.click(position={"x": 300, "y": 52})
    expect(page).to_have_url(re.compile(r"row="))
    settle(page)


def _own_export(page: Page) -> list[dict[str, str]]:
    answer = page.request.get("/api/v1/feedback/export?format=csv")
    assert answer.ok
    return _rows(answer.text())


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def _model_calls(product: Product) -> float:
    """Forward passes of the detector so far."""
    found = re.findall(
        r'^glimpse_model_calls_total\{.*task="detection".*\} (\S+)$', metrics(product), re.MULTILINE
    )
    return sum(map(float, found))
