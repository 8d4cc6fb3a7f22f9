"""The charts in a real browser: a click on a mark opens its rows, again and again, and back."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from bench.product import Product, manage
from bench.wire import Wire
from tests.browser.conftest import SHOTS
from tests.browser.standing import People
from tests.browser.steps import settle

pytestmark = pytest.mark.browser

CHARTS = (
    *("ratings", "trend", "models", "settings-detection", "settings-generation"),
    *("phrases", "scores", "tags"),
)


@pytest.fixture(scope="module", autouse=True)
def _demo(product: Product, people: People) -> None:
    manage(product, "demo", "load", "--runs", "1500", "--seed", "4")


@pytest.fixture
def dashboard(new_context: Callable[..., BrowserContext], people: People) -> Callable[..., Page]:
    def opened(width: int = 1440, height: int = 2100, scheme: str = "light") -> Page:
        page = new_context(width, height, scheme).new_page()
        people.enter(page, "grace", "/feedback")
        for name in CHARTS:
            expect(chart(page, name).locator("svg.marks")).to_be_visible()
        settle(page)
        return page

    return opened


def chart(page: Page, name: str) -> Locator:
    return page.locator(f"[class*='st-key-chart-{name}-']").filter(
        has=page.get_by_test_id("stVegaLiteChart")
    )


def marks(page: Page, name: str) -> Locator:
    """What can be clicked: marks that say something of themselves."""
    shapes = "[aria-roledescription='rect mark'],[aria-roledescription='bar']"
    return chart(page, name).locator(shapes)


def counted(words: str) -> int | None:
    """The number of ratings that a mark says it stands for; None where it counts boxes."""
    found = re.search(r"n = ([\d,]+)|: ([\d,]+)(?: of |, \d+%|$)", words)
    return int((found[1] or found[2]).replace(",", "")) if found else None


def rated(page: Page) -> int:
    figure = page.get_by_test_id("stMetric").filter(has_text="Rated")
    return int(figure.get_by_test_id("stMetricValue").inner_text().replace(",", ""))


@contextmanager
def moved(page: Page) -> Iterator[None]:
    """What is done inside leads to another address, at which all comes to rest."""
    before = page.url
    yield
    page.wait_for_function("before => location.href !== before", arg=before)
    page.wait_for_timeout(500)  # after a step back the page hears of it a moment later
    settle(page)


def test_a_click_opens_the_rows_and_back_returns(dashboard: Callable[..., Page]) -> None:
    page = dashboard()
    everything, wide = rated(page), page.url
    for name in CHARTS:
        words = marks(page, name).nth(marks(page, name).count() // 2).get_attribute("aria-label")
        wire = Wire(page)
        for turn in (1, 2):  # the same mark again: nothing of the first click stays behind
            with moved(page):
                chart(page, name).get_by_label(words or "", exact=True).first.click()
            narrow = page.url
            assert rated(page) < everything, words
            if name not in ("phrases", "scores"):
                assert rated(page) == counted(words or ""), words
            assert page.url == narrow
            with moved(page):
                page.go_back()
            assert (page.url, rated(page)) == (wide, everything)
            assert wire.sent == 2 * turn, f"{name}: a click and a step back are one message each"


@pytest.mark.slow
def test_other_marks_the_menu_and_forward(dashboard: Callable[..., Page]) -> None:
    page = dashboard()
    release = chart(page, "trend").locator("[aria-roledescription='rule mark']").last.bounding_box()
    assert release is not None
    with moved(page):
        page.mouse.click(release["x"] + release["width"] / 2, release["y"] + 20)
    assert "model=" in page.url
    with moved(page):
        page.go_back()
    with moved(page):
        marks(page, "phrases").first.click()
    assert "phrase=" in page.url
    boxes, n = page.url, rated(page)
    page.locator(".st-key-chart-models-rows").get_by_role("button").click()
    with moved(page):
        page.get_by_role("option").or_(page.get_by_role("menuitem")).first.click()
    assert "phrase=" in page.url
    assert "model=" in page.url
    assert rated(page) <= n
    with moved(page):
        page.go_back()
    assert (page.url, rated(page)) == (boxes, n)
    with moved(page):
        page.go_forward()
    assert "model=" in page.url


@pytest.mark.slow
def test_filtering_draws_no_chart_anew_and_keeps_their_places(
    dashboard: Callable[..., Page],
) -> None:
    page = dashboard()
    drawn = page.locator("svg.marks")
    drawn.evaluate_all("charts => charts.forEach(chart => chart.dataset.kept = 'yes')")
    sizes = [_size(each) for each in drawn.all()]
    with moved(page):
        page.get_by_role("combobox", name="Rating from").click()
        page.get_by_role("option", name="2", exact=True).click()
    page.wait_for_timeout(500)
    kept = drawn.evaluate_all("charts => charts.map(chart => chart.dataset.kept)")
    assert kept == ["yes"] * len(CHARTS)
    assert [_size(each) for each in drawn.all()] == sizes


def _size(chart: Locator) -> tuple[float, float, float]:
    """With the place from the left; what stands above may say more about the filters."""
    box = chart.bounding_box()
    assert box is not None
    return box["x"], box["width"], box["height"]


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (1440, "light"),
        *(pytest.param(width, "dark", marks=pytest.mark.slow) for width in (400, 1440)),
    ],
)
def test_charts_hold_together(dashboard: Callable[..., Page], width: int, scheme: str) -> None:
    page = dashboard(width, 2100 if width > 1000 else 5200, scheme)
    page.wait_for_timeout(500)  # the last transition; only the picture depends on it
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"charts-{'wide' if width > 1000 else 'phone'}-{scheme}.png")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    overflow = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0
    for frame in page.locator("svg.marks").all():
        assert (frame.bounding_box() or {"width": 0})["width"] > 90
