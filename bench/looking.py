"""Messages to the server while boxes are looked at: ``python -m bench.looking``.

Counted in a real browser: the score slider dragged, the overlap slider, chips, hovering, choosing.
The peer in the same run is one click on Detect, which shows that messages are counted at all.
"""

from playwright.sync_api import Locator, Page

from bench.browsing import detected, signed_in_page, still
from bench.figures import tell
from bench.steps import boxes
from bench.wire import Wire


def main() -> None:
    with signed_in_page() as page:
        detected(page)
        wire = Wire(page)
        gestures = look(page)
        still(page)
        looking = wire.sent
        page.get_by_role("button", name="Detect").click()
        still(page)
        tell(
            "slider, chips, hover",
            f"{looking} messages to the server in {gestures} gestures "
            f"(a click on Detect: {wire.sent - looking})",
            "0",
            looking == 0 < wire.sent,
        )


def look(page: Page) -> int:
    """Use everything that only changes the view; how many gestures that were."""
    gestures = _dragged(page, page.get_by_test_id("boxview-score"))
    page.get_by_test_id("boxview-suppressing").check()
    gestures += 1 + _dragged(page, page.get_by_test_id("boxview-overlap"))
    page.get_by_test_id("boxview-reset").click()
    chips = page.get_by_test_id("boxview-chip")
    for place in range(chips.count()):
        chips.nth(place).click()
        chips.nth(place).click()
        gestures += 2
    for box in boxes(page).all():
        box.hover(force=True)
        box.click(force=True)
        page.keyboard.press("ArrowRight")
        gestures += 3
    return gestures + 1


def _dragged(page: Page, slider: Locator) -> int:
    """From end to end with the mouse, then step by step with the keyboard."""
    slider.scroll_into_view_if_needed()
    edges = slider.bounding_box()
    if edges is None:
        raise RuntimeError("the slider is not on the page")
    y = edges["y"] + edges["height"] / 2
    page.mouse.move(edges["x"] + 2, y)
    page.mouse.down()
    page.mouse.move(edges["x"] + edges["width"] - 2, y, steps=40)
    page.mouse.up()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    return 50


if __name__ == "__main__":
    main()
