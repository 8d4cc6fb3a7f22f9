"""The product in a real browser, with a detection on the page."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect, sync_playwright

from bench.chromium import FLAGS, executable
from bench.running import ANALYST, WORDS, running
from bench.steps import detect_sample, settle, sign_in

_PATIENCE_MS = 20_000


@contextmanager
def signed_in_page() -> Iterator[Page]:
    """An analyst's page of a product that nobody else uses."""
    expect.set_options(timeout=_PATIENCE_MS)
    with running() as product, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        page = browser.new_page(base_url=product.address, viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(_PATIENCE_MS)
        page.goto("/detection")
        sign_in(page, ANALYST, WORDS)
        yield page
        browser.close()


def detected(page: Page) -> None:
    """Detect the phrases of a shipped sample, and wait until all is still."""
    detect_sample(page, "Stickers")
    settle(page)
    still(page)


def still(page: Page) -> None:
    """Long enough for whatever was on its way."""
    settle(page)
    page.wait_for_timeout(1000)
