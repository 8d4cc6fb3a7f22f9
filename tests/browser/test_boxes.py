"""Boxes in the browser: its functions, judging by key and pointer, and what all that costs."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bench.wire import Wire
from tests.browser.standing import People
from tests.browser.steps import boxes, detect_sample, settle, star

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
ANALYST = "wei"
CASES = json.loads((ROOT / "tests" / "data" / "box_functions.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    """A page of nobody's, for functions that need none."""
    page = browser.new_page()
    yield page
    page.close()


def functions(page: Page, script: str, call: str, given: object) -> Any:
    """What `call`, of the functions in a script of ours, makes of `given`."""
    source = (ROOT / "ui" / "components" / f"{script}.js").read_text("utf-8")
    return page.evaluate(
        "([source, call, given]) => new Function('given', `${source}\nreturn ${call}`)(given)",
        [source, call, given],
    )


@pytest.mark.parametrize("case", CASES["iou"], ids=lambda case: case["case"])
def test_overlap_is_that_of_the_service(blank: Page, case: dict[str, Any]) -> None:
    found = functions(blank, "boxview_boxes", "iou(given.a, given.b)", case)
    assert found == pytest.approx(case["iou"], abs=1e-12)


@pytest.mark.parametrize("case", CASES["above"], ids=lambda case: case["case"])
def test_filtering_is_that_of_the_service(blank: Page, case: dict[str, Any]) -> None:
    call = (
        "above(given.detections, given.threshold, given.labels && new Set(given.labels))"
        ".map((kept) => given.detections.indexOf(kept))"
    )
    assert functions(blank, "boxview_boxes", call, case) == case["kept"]


@pytest.mark.parametrize("case", CASES["suppress"], ids=lambda case: case["case"])
def test_suppression_is_that_of_the_service(blank: Page, case: dict[str, Any]) -> None:
    call = "suppress(given.detections, given.iou).map((kept) => given.detections.indexOf(kept))"
    assert functions(blank, "boxview_boxes", call, case) == case["kept"]


def test_a_caption_is_cut_at_the_edges_of_its_grounded_words(blank: Page) -> None:
    caption = "a 🎩 man, red hat"
    spans = [{"span": [4, 7]}, {"span": [9, 16]}, {"span": [9, 12]}]
    call = (
        "captionParts(given.caption, given.spans)"
        ".map(({ text, owner }) => [text, given.spans.indexOf(owner)])"
    )
    found = functions(blank, "boxview_caption", call, {"caption": caption, "spans": spans})
    assert found == [["a 🎩 ", -1], ["man", 0], [", ", -1], ["red hat", 1]]


@pytest.fixture
def result(page: Page, people: People) -> Page:
    """The page with a detection on it that nobody has judged."""
    people.enter(page, ANALYST)
    detect_sample(page, "Stickers")
    settle(page)
    return page


def saved(page: Page, judged: str) -> None:
    expect(page.get_by_test_id("boxview-judged")).to_have_text(judged)
    expect(page.get_by_test_id("boxview-saved")).to_have_text("Saved")
    settle(page)


def badges(page: Page) -> Locator:
    return page.get_by_test_id("boxview-badge").filter(visible=True)


def chosen(page: Page) -> Locator:
    return page.locator("[data-testid=boxview-box][aria-pressed=true]")


def test_boxes_are_walked_and_judged_by_keys_and_it_lasts(result: Page) -> None:
    all_ = boxes(result).count()
    boxes(result).first.focus()
    result.keyboard.press("Enter")
    first = chosen(result).get_attribute("data-index")
    result.keyboard.press("1")
    result.keyboard.press("ArrowRight")
    assert chosen(result).get_attribute("data-index") != first
    result.keyboard.press("4")
    saved(result, f"judged 2 of {all_}")
    expect(chosen(result)).to_have_attribute("aria-label", re.compile("judged: Not there$"))
    result.keyboard.press("5")
    result.keyboard.press("u")
    saved(result, f"judged 1 of {all_}")
    result.keyboard.press("ArrowLeft")
    result.keyboard.press("3")
    saved(result, f"judged 1 of {all_}")
    result.keyboard.press("Control+z")
    expect(chosen(result)).to_have_attribute("aria-label", re.compile("judged: Right$"))
    expect(star(result, 1)).not_to_be_checked()

    result.keyboard.press("Escape")
    expect(chosen(result)).to_have_count(0)
    result.keyboard.press("4")
    expect(star(result, 4)).to_be_checked()
    saved(result, f"judged 1 of {all_}")
    result.reload()
    expect(badges(result)).to_have_count(1)


def test_keys_pressed_faster_than_they_are_saved_all_count(result: Page) -> None:
    all_ = boxes(result).count()
    boxes(result).first.click()
    for _ in range(all_):
        result.keyboard.press("2")
        result.keyboard.press("ArrowRight")
    saved(result, f"judged {all_} of {all_}")
    result.reload()
    expect(badges(result)).to_have_count(all_)


def test_what_was_missed_is_drawn_with_the_mouse_and_taken_away(result: Page) -> None:
    all_ = boxes(result).count()
    result.get_by_test_id("boxview-miss").click()
    ground = result.get_by_test_id("boxview-ground").bounding_box()
    assert ground is not None
    x, y, width, height = (ground[side] for side in ("x", "y", "width", "height"))
    result.mouse.move(x + 0.6 * width, y + 0.5 * height)
    result.mouse.down()
    result.mouse.move(x + 0.9 * width, y + 0.95 * height, steps=3)
    result.mouse.up()
    expect(result.get_by_test_id("boxview-label")).to_be_focused()
    result.keyboard.type("yellow star, dotted")
    result.keyboard.press("Enter")
    saved(result, f"judged 0 of {all_}, 1 missed")
    result.reload()
    missed = result.get_by_test_id("boxview-missed")
    expect(missed).to_have_text("missed: yellow star, dotted")
    missed.click()
    saved(result, f"judged 0 of {all_}")
    result.get_by_test_id("boxview-undo").click()
    saved(result, f"judged 0 of {all_}, 1 missed")


def test_a_second_finger_leaves_the_box_being_drawn_alone(result: Page) -> None:
    result.get_by_test_id("boxview-miss").click()
    ground = result.get_by_test_id("boxview-ground")
    place = ground.bounding_box()
    assert place is not None
    x, y, width, height = (place[side] for side in ("x", "y", "width", "height"))
    result.mouse.move(x + 0.2 * width, y + 0.2 * height)
    result.mouse.down()
    second = {
        "pointerId": 99,
        "pointerType": "touch",
        "isPrimary": False,
        "clientX": x,
        "clientY": y,
    }
    for event in ("pointerdown", "pointermove", "pointerup"):
        ground.dispatch_event(event, second)
    result.mouse.move(x + 0.6 * width, y + 0.6 * height, steps=3)
    result.mouse.up()
    share = _sides(result.get_by_test_id("boxview-draft"))["width"] / float(
        (result.get_by_test_id("boxview-boxes").get_attribute("viewBox") or "").split()[2]
    )
    assert share == pytest.approx(0.4, abs=0.01)


def test_what_is_found_comes_into_view_on_a_phone(result: Page) -> None:
    result.set_viewport_size({"width": 390, "height": 844})
    address = result.url
    result.get_by_label("What to look for", exact=True).fill("red cross")
    result.get_by_role("button", name="Detect").click()
    expect(result).not_to_have_url(address)
    settle(result)
    expect(result.get_by_test_id("boxview-stage")).to_be_in_viewport()


def test_no_label_runs_out_of_the_picture_on_a_phone(result: Page) -> None:
    result.set_viewport_size({"width": 390, "height": 844})
    picture = result.get_by_test_id("boxview-stage").bounding_box()
    assert picture is not None
    tags = result.locator(".tag").filter(visible=True)
    expect(tags).not_to_have_count(0)
    for tag in tags.all():
        place = tag.bounding_box()
        assert place is not None
        assert place["x"] >= picture["x"]
        assert place["x"] + place["width"] <= picture["x"] + picture["width"]


def test_what_was_missed_is_drawn_with_the_keyboard_alone(result: Page) -> None:
    all_ = boxes(result).count()
    result.keyboard.press("m")
    result.keyboard.press("ArrowDown")
    draft = result.get_by_test_id("boxview-draft")
    before = _sides(draft)
    result.keyboard.press("ArrowRight")
    result.keyboard.press("Shift+ArrowDown")
    after = _sides(draft)
    assert after["x"] > before["x"]
    assert after["y"] == before["y"]
    assert after["width"] == pytest.approx(before["width"], abs=0.2)
    assert after["height"] > before["height"]
    result.keyboard.press("Enter")
    result.keyboard.press("Tab")
    result.keyboard.press("Tab")
    result.keyboard.press("Tab")
    result.keyboard.press("Space")
    saved(result, f"judged 0 of {all_}, 1 missed")
    expect(result.get_by_test_id("boxview-missed")).to_have_text("missed: pink heart")
    result.keyboard.press("Escape")
    expect(result.get_by_test_id("boxview-ground")).to_be_hidden()


def _sides(draft: Locator) -> dict[str, float]:
    names = ("x", "y", "width", "height")
    return {side: float(draft.get_attribute(side) or "nan") for side in names}


def test_overlapping_boxes_are_hidden_on_demand_only(result: Page) -> None:
    score, overlap = (result.get_by_test_id(f"boxview-{n}") for n in ("score", "overlap"))
    score.fill("0.05")
    everything = boxes(result).count()
    expect(overlap).to_be_disabled()
    result.get_by_test_id("boxview-suppressing").check()
    expect(result.get_by_test_id("boxview-count")).to_contain_text("hidden as overlapping")
    half = boxes(result).count()
    assert half < everything
    overlap.fill("0.95")
    assert half < boxes(result).count() <= everything
    result.get_by_test_id("boxview-reset").click()
    expect(result.get_by_test_id("boxview-suppressing")).not_to_be_checked()


def test_looking_at_boxes_costs_no_message(result: Page) -> None:
    wire = Wire(result)
    for score in ("0.9", "0.3", "0.05"):
        result.get_by_test_id("boxview-score").fill(score)
    result.get_by_test_id("boxview-suppressing").check()
    result.get_by_test_id("boxview-overlap").fill("0.2")
    result.get_by_test_id("boxview-chip").first.click()
    boxes(result).first.hover()
    boxes(result).first.click()
    result.keyboard.press("ArrowRight")
    result.get_by_test_id("boxview-reset").click()
    result.wait_for_timeout(500)
    assert wire.sent == 0


def test_a_rerun_that_leaves_the_picture_sends_none_of_it(result: Page) -> None:
    wire = Wire(result)
    boxes(result).first.click()
    result.keyboard.press("1")
    saved(result, f"judged 1 of {boxes(result).count()}")
    address = result.url
    result.get_by_label("What to look for", exact=True).fill("red cross")
    result.get_by_role("button", name="Detect").click()
    expect(result).not_to_have_url(address)
    settle(result)
    assert not wire.answers
    assert wire.picture_bytes == 0
    result.get_by_role("radio", name="Street").click()
    expect(result.get_by_alt_text("The chosen picture")).to_be_visible()
    assert wire.picture_bytes > 0, "another picture is not counted"
