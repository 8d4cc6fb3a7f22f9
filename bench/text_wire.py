"""Bytes to the browser per token, long texts against short ones: ``python -m bench.text_wire``.

Counted in a real browser from the click on Run until the page is still, in answers and messages
together; written by the fake engine, which stops nowhere. What a text of one token costs is taken
off: the page around a text costs the same for each, and would hide how the text's own bytes grow.
"""

import argparse
from statistics import median

from playwright.sync_api import Page, expect

from bench.browsing import signed_in_page, still
from bench.figures import tell
from bench.steps import fill_generation, run_button
from bench.wire import Wire

LONG, SHORT = 2000, 200
GOAL = 1.1
_WRITTEN_WITHIN_MS = 60_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=3)
    pairs = parser.parse_args().pairs
    with signed_in_page() as page:
        _bytes(page, 1)  # the first brings what the browser then keeps
        taken = [_per_token(page) for _ in range(pairs)]
    ratio = median(long / short for long, short in taken)
    long, short = (median(side) for side in zip(*taken, strict=True))
    tell(
        f"bytes to the browser per token of {LONG:,} tokens",
        f"{ratio:.2f} x that of {SHORT} ({long:.0f} against {short:.0f}, {pairs} pairs)",
        f"<= {GOAL} x",
        ratio <= GOAL,
    )


def _per_token(page: Page) -> tuple[float, float]:
    """Of a long text, and of a short one."""
    around = _bytes(page, 1)
    long, short = ((_bytes(page, tokens) - around) / (tokens - 1) for tokens in (LONG, SHORT))
    return long, short


def _bytes(page: Page, tokens: int) -> int:
    fill_generation(page, f"Count to {tokens}", model="pace", tokens=tokens)
    wire = Wire(page)
    run_button(page).click()
    expect(page.get_by_test_id("tokenstream-state")).to_contain_text(
        "Done", timeout=_WRITTEN_WITHIN_MS
    )
    expect(page.get_by_test_id("tokenstream-figures")).to_contain_text(f"{tokens}\xa0/\xa0{tokens}")
    still(page)
    return wire.answer_bytes + wire.message_bytes


if __name__ == "__main__":
    main()
