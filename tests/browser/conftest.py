"""A browser, and a running product for each module's tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bench.chromium import FLAGS, executable
from bench.product import Product
from tests.browser.standing import People, StandingProduct, standing_product
from tests.conftest import shared_folder

HERE = Path(__file__).parent
SHOTS = HERE / "shots"
_PATIENCE_MS = 30_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser's test that fails runs once more, and the report says so (`R`).

    A busy machine makes a browser late in ways no wait foresees. Whatever fails twice is a fault.
    """
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def standing() -> Iterator[StandingProduct]:
    """The product of most modules; its folder holds a space and a non-ASCII letter."""
    with shared_folder() as folder, standing_product(folder / "work bénch") as started:
        yield started


@pytest.fixture(scope="module")
def product(standing: StandingProduct) -> Product:
    """A running product for a module's tests, whose database is as it was made."""
    standing.reset()
    return standing.product


@pytest.fixture(scope="module")
def people(product: Product, standing: StandingProduct) -> People:
    """Who may use the standing product."""
    return People(standing)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """For these tests only: while it is open, an event loop runs in the tests' own thread."""
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def new_context(browser: Browser, product: Product) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser profiles of their own, closed at the end; none may reach another host."""
    opened: list[BrowserContext] = []

    def make(width: int = 1440, height: int = 900, scheme: str = "light") -> BrowserContext:
        context = browser.new_context(
            base_url=product.address,
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        context.set_default_timeout(_PATIENCE_MS)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context().new_page()
