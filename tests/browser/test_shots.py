"""Every page in light and dark, wide and phone-sized: nothing broken or cut off, a picture each."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bench.product import Product
from tests.browser.conftest import SHOTS
from tests.browser.standing import People
from tests.browser.steps import boxes, detect_sample, generate, rate, settle, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIZES = {"wide": (1440, 900), "phone": (400, 860)}
PAGES = (
    "home",
    "detection",
    "generation",
    "batch",
    "prompts",
    "history",
    "asked",
    "feedback",
    "quality",
    "raters",
    "users",
    "audit",
    "limits",
    "system",
    "account",
)


@pytest.fixture(scope="module")
def visited(product: Product, people: People) -> dict[str, str]:
    """Addresses of pages with something on them; filled by the first visit."""
    return {page: f"/{page}" for page in PAGES}


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        ("wide", "light"),
        ("phone", "dark"),
        ("wide", "dark"),
        ("phone", "light"),
    ],
)
def test_pages_hold_together(
    new_context: Callable[..., BrowserContext],
    people: People,
    visited: dict[str, str],
    size: str,
    scheme: str,
) -> None:
    width, height = SIZES[size]
    page = new_context(width, height, scheme).new_page()
    page.goto("/account")
    expect(page.get_by_label("Username", exact=True)).to_be_visible()
    _shoot(page, f"sign-in-{size}-{scheme}")
    sign_in(page, "grace", people["grace"])
    expect(page.get_by_role("heading", name="Account")).to_be_visible()
    if "run=" not in visited["detection"]:
        _use(page, visited)
    for name, address in visited.items():
        page.goto(address)
        settle(page)
        if name == "detection":
            expect(boxes(page).first).to_be_visible()
        if name == "generation":
            expect(page.get_by_test_id("tokenstream-state")).to_contain_text("Done")
        _shoot(page, f"{name}-{size}-{scheme}")


def _use(page: Page, visited: dict[str, str]) -> None:
    """Leave a detection and a text behind, both rated."""
    detect_sample(page, "Stickers")
    rate(page, 4, tag="loose box", comment="The arrow's box could be tighter.")
    visited["detection"] = page.url
    generate(page, "Findings: 3 red circle; 1 blue star. Report:")
    expect(page.get_by_test_id("tokenstream-state")).to_contain_text("Done")
    rate(page, 5)
    visited["generation"] = page.url


def _shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)  # the last transition; only the picture depends on it
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    overflow = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0, f"{name} is {overflow} px wider than the window"
