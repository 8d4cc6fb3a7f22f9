"""Runs that outlive their page, in a real browser: what history holds is what the screen shows."""

import re
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bench.product import Product, metrics
from tests.browser.line import line_to
from tests.browser.standing import People
from tests.browser.steps import generate, settle, wait_until

pytestmark = pytest.mark.browser

SLOW = "pace"
"""The fake engine, at 100 tokens a second."""
_RESTART_MS = 60_000


@pytest.fixture(scope="module")
def analysts(
    browser: Browser, product: Product, people: People
) -> Iterator[Callable[[str], BrowserContext]]:
    """Each person's browser, signed in once."""
    known: dict[str, BrowserContext] = {}

    def of(name: str) -> BrowserContext:
        if name not in known:
            known[name] = browser.new_context(base_url=product.address)
            page = known[name].new_page()
            people.enter(page, name, "/generation")
            page.close()
        return known[name]

    yield of
    for context in known.values():
        context.close()


@pytest.fixture
def tab(analysts: Callable[[str], BrowserContext]) -> Iterator[Page]:
    """A tab of an analyst's browser."""
    page = analysts("wei").new_page()
    yield page
    page.close()


def test_a_reload_loses_and_doubles_nothing(tab: Page) -> None:
    generate(tab, "Go on while I am away", model=SLOW, tokens=300)
    tab.reload()
    _ended(tab, "Done")
    _as_recorded(tab, words=300)


def test_a_text_without_a_watcher_comes_to_its_end(tab: Page) -> None:
    generate(tab, "Go on without me", model=SLOW, tokens=300)
    address = tab.url
    away = tab.context.new_page()
    tab.close()
    wait_until(lambda: _row(away, address)["status"] == "done")
    away.goto("/history")
    expect(away.get_by_text("Go on without me")).not_to_have_count(0)
    away.goto(address)
    _ended(away, "Done")
    _as_recorded(away, words=300)
    away.close()


def test_two_tabs_on_one_run_show_the_same(tab: Page) -> None:
    generate(tab, "Watch me twice", model=SLOW, tokens=1000)
    second = tab.context.new_page()
    second.goto(tab.url)
    expect(second.get_by_test_id("tokenstream-state")).to_have_text("Writing")
    for page in (tab, second):
        _ended(page, "Done")
        _as_recorded(page, words=1000)
    second.close()


def test_stop_keeps_what_is_on_the_screen_and_frees_the_place(tab: Page, product: Product) -> None:
    generate(tab, "Write until I stop you", model=SLOW, tokens=2000)
    tab.keyboard.press("Escape")
    _ended(tab, "Stopped")
    wait_until(lambda: _active(product) == 0)
    row = _as_recorded(tab)
    assert row["status"] == "stopped"
    assert 0 < row["usage"]["completion_tokens"] < 2000


@pytest.mark.slow
def test_a_lost_connection_is_taken_up_where_it_broke(
    browser: Browser, product: Product, people: People
) -> None:
    with line_to(product.address) as line, browser.new_context(base_url=line.address) as context:
        page = context.new_page()
        people.enter(page, "wei")
        generate(page, "Do not mind the network", model=SLOW, tokens=300)
        line.cut()
        expect(page.get_by_test_id("tokenstream-state")).to_contain_text("Connection lost")
        line.mend()
        _ended(page, "Done")
        _as_recorded(page, words=300)


@pytest.mark.slow
def test_an_event_source_comes_back_by_itself_after_a_broken_line(
    browser: Browser, product: Product, people: People
) -> None:
    with line_to(product.address) as line, browser.new_context(base_url=line.address) as context:
        page = context.new_page()
        people.enter(page, "wei")
        generate(page, "Tell me through a source of events", model=SLOW, tokens=400)
        run = _row(page, page.url)["run_id"]
        page.evaluate(_LISTEN, run)
        wait_until(lambda: page.evaluate("heard.tokens.length") > 20)
        line.cut()
        wait_until(lambda: page.evaluate("heard.broken") > 0)
        line.mend()
        wait_until(lambda: page.evaluate("heard.done !== null"))
        heard = page.evaluate("heard")
    assert [int(token["id"]) for token in heard["tokens"]] == list(range(400))
    text = "".join(token["text"] for token in heard["tokens"])
    assert text == heard["done"]["outputs"][0]["text"]


_LISTEN = """run => {
    window.heard = {tokens: [], broken: 0, done: null};
    const source = new EventSource(`/api/v1/runs/${run}/stream`);
    source.addEventListener("token", event => heard.tokens.push(
        {id: event.lastEventId, text: JSON.parse(event.data).text}));
    source.addEventListener("done", event => {
        heard.done = JSON.parse(event.data);
        source.close();
    });
    source.onerror = () => heard.broken++;
}"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_that_dies_leaves_the_text_so_far(
    tab: Page, product: Product, number: signal.Signals
) -> None:
    generate(tab, f"Outlive {number.name}", model=SLOW, tokens=2000)
    wait_until(lambda: _words(tab) > 150)
    product.stop(number)
    product.start()
    expect(tab.get_by_test_id("tokenstream-state")).to_have_text(
        re.compile("^(Stopped|Failed)"), timeout=_RESTART_MS
    )
    settle(tab)
    row = _as_recorded(tab)
    assert 0 < row["usage"]["completion_tokens"] < 2000
    tab.reload()
    settle(tab)
    assert _as_recorded(tab) == row


@pytest.mark.slow
def test_two_people_never_see_each_others_text(analysts: Callable[[str], BrowserContext]) -> None:
    pages = [analysts(name).new_page() for name in ("wei", "grace")]
    for place, page in enumerate(pages):
        generate(page, f"Mine, number {place}", model=SLOW, tokens=600 + place)
    for place, page in enumerate(pages):
        _ended(page, "Done")
        row = _as_recorded(page, words=600 + place)
        assert row["prompt"] == f"Mine, number {place}"
        page.close()


def test_the_bundled_writers_text_is_the_one_recorded(tab: Page) -> None:
    generate(tab, "Findings: 3 red circle; 1 blue star. Report:")
    tab.reload()
    _ended(tab, "Done")
    _as_recorded(tab)


def _ended(page: Page, state: str) -> None:
    expect(page.get_by_test_id("tokenstream-state")).to_have_text(
        re.compile(f"^{state}"), timeout=30_000
    )
    settle(page)


def _as_recorded(page: Page, words: int | None = None) -> dict[str, Any]:
    """The run's row, once it is sure that the page shows its text."""
    row = _row(page, page.url)
    (output,) = row["outputs"]
    assert page.get_by_test_id("tokenstream-text").text_content() == output["text"]
    if words is not None:
        assert len(output["text"].split()) == words
    return row


def _words(page: Page) -> int:
    return len((page.get_by_test_id("tokenstream-text").text_content() or "").split())


def _row(page: Page, address: str) -> dict[str, Any]:
    found = re.search(r"run=([0-9a-f-]+)", address)
    assert found is not None
    answer = page.request.get(f"/api/v1/runs/{found[1]}")
    assert answer.ok
    row: dict[str, Any] = answer.json()
    return row


def _active(product: Product) -> float:
    """Texts that have a place of the fake engine."""
    found = re.search(
        rf'^glimpse_active_streams\{{model="{SLOW}"\}} (\S+)$', metrics(product), re.MULTILINE
    )
    assert found is not None
    return float(found[1])
