"""A job in a real browser: begun from an archive, left alone, found finished, looked through."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, expect

from tests.browser.standing import People
from tests.browser.steps import boxes, settle
from ui.samples import samples

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def first_picture() -> Image.Image:
    with Image.open(next(each for each in samples() if each.file == "first-shapes.png").path) as it:
        return it.convert("RGB")


def archive(folder: Path, picture: Image.Image, count: int) -> Path:
    """So many pictures of two circles and stars, no two of the same bytes; and a text."""
    path = folder / "Field trip.zip"
    with zipfile.ZipFile(path, "w") as written:
        for number in range(count):
            content = io.BytesIO()
            picture.resize((picture.width, picture.height - number % 90)).save(
                content, "JPEG", quality=95 - number // 90
            )
            written.writestr(f"day {number % 2 + 1}/{number:03}.jpg", content.getvalue())
        written.writestr("notes.txt", "no picture")
    return path


def begin(context: BrowserContext, people: People, file: Path, count: int) -> str:
    """Choose the archive, say what to look for, run, close the tab; the address of the job."""
    page = context.new_page()
    people.enter(page, "wei", "/batch")
    page.locator("input[type=file]").set_input_files(file)
    expect(
        page.get_by_text(f"{count} pictures will be looked at, 1 will be refused")
    ).to_be_visible()
    phrases = page.get_by_label("What to look for", exact=True)
    phrases.fill("red circle. blue star.")
    phrases.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/batch\?job="))
    settle(page)
    address = page.url
    page.close()
    return address


def test_a_batch_goes_on_while_its_tab_is_closed_and_is_looked_through_later(
    new_context: Callable[..., BrowserContext],
    people: People,
    first_picture: Image.Image,
    tmp_path: Path,
) -> None:
    context = new_context()
    address = begin(context, people, archive(tmp_path, first_picture, 8), 8)
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_text("finished, 1 failed · 9 of 9")).to_be_visible()
    settle(page)
    items = page.get_by_test_id("batch-gallery-item")
    expect(items).to_have_count(9)
    expect(items.nth(0)).to_contain_text("1 red circle")
    expect(items.nth(8)).to_contain_text("not a picture")
    drawn = items.nth(0).locator("img")
    expect(drawn).to_have_js_property("complete", True)
    assert drawn.evaluate("image => image.naturalWidth") > 0

    items.nth(0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"item=1"))
    expect(boxes(page).first).to_be_visible()
    expect(page.get_by_role("button", name="Save rating")).to_be_visible()
    expect(items.nth(1)).to_have_attribute("aria-checked", "true")

    page.get_by_role("button", name="Download").click()
    with page.expect_download() as caught:
        page.get_by_role("link", name="CSV", exact=True).click()
    rows = list(csv.DictReader(io.StringIO(caught.value.path().read_text("utf-8-sig"))))
    assert len({row["item"] for row in rows}) == 9
    assert "red circle" in {row["label"] for row in rows}

    page.goto("/batch")
    settle(page)
    page.get_by_test_id("stDataFrame").click(position={"x": 100, "y": 52})
    expect(page).to_have_url(address)
    page.go_back()
    expect(page.get_by_role("heading", name="Batch")).to_be_visible()


@pytest.mark.slow
def test_200_pictures_are_done_behind_a_closed_tab(
    new_context: Callable[..., BrowserContext],
    people: People,
    first_picture: Image.Image,
    tmp_path: Path,
) -> None:
    context = new_context()
    address = begin(context, people, archive(tmp_path, first_picture, 200), 200)
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_text("finished, 1 failed · 201 of 201")).to_be_visible(timeout=300_000)
    told = page.request.get(f"/api/v1/jobs/{address.rpartition('=')[2]}").json()
    assert (told["state"], told["progress"]["done"]) == ("done", 200), json.dumps(told)
