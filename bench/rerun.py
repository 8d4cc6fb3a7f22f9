"""Bytes of pictures sent to the browser when the picture stays: ``python -m bench.rerun``.

Counted in a real browser, as answers of their own and inline in messages, over reruns of three
kinds: a verdict on a box, a changed text, and a new detection on the same picture. The peer in the
same run is the first showing of the picture.
"""

import re

from playwright.sync_api import Page, expect

from bench.browsing import detected, signed_in_page, still
from bench.figures import tell
from bench.steps import boxes
from bench.wire import Wire

_PROMPTS = ("red cross", "blue bolt. green cloud", "orange arrow")


def main() -> None:
    with signed_in_page() as page:
        first = Wire(page)
        detected(page)
        shown = first.picture_bytes
        wire = Wire(page)
        reruns = _reruns(page)
        still(page)
        tell(
            "picture bytes per rerun that leaves the picture",
            f"{wire.picture_bytes / reruns:.0f} over {reruns} reruns (first showing: {shown:,}; "
            f"messages: {wire.message_bytes / reruns:,.0f} bytes a rerun)",
            "0",
            wire.picture_bytes == 0 < shown,
        )


def _reruns(page: Page) -> int:
    """Each makes the page's script run again; how many that were."""
    for place in range(3):
        boxes(page).nth(place).click(force=True)
        page.keyboard.press("1")
        still(page)
    page.keyboard.press("Escape")
    for prompt in _PROMPTS:
        address = page.url
        field = page.get_by_label("What to look for", exact=True)
        field.fill(prompt)
        field.press("Tab")
        still(page)
        page.get_by_role("button", name="Detect").click()
        expect(page).not_to_have_url(re.compile(re.escape(address) + "$"))
        still(page)
    return 3 + 2 * len(_PROMPTS)


if __name__ == "__main__":
    main()
