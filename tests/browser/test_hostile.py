"""Hostile text in every field, and every page looked at: it stays text, and nothing leaves."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bench.product import Product, manage, running_product
from core.config import ROOT
from tests.browser.hostile import LINE, MARKUP, TAGS, USERNAME, WALL, Watch, made_of_text
from tests.browser.steps import settle, sign_in
from tests.core.inference.text_servers import DONE, HEAD, Talk, plain, text_server
from ui.navigation import PAGES

pytestmark = pytest.mark.browser

PASSWORD = "boxes by the dozen"
_SAMPLE = ROOT / "ui" / "samples" / "stickers.png"
_EVERYBODYS = ("home", "detection", "generation", "prompts", "history", "asked", "account")


def _dictated(talk: Talk) -> None:
    pieces = [plain(piece + " ") for piece in WALL.split(" ")]
    talk.send(HEAD, *pieces, plain("", "stop"), DONE)


@pytest.fixture(scope="module")
def product(open_folder: Path) -> Iterator[Product]:
    """A product with a model that says what it is told, and one that sees all it is asked for."""
    with text_server(_dictated) as server:
        entries = (
            f'[[generator]]\nid = "parrot"\nsource = "{server.address}"\n'
            '[[detector]]\nid = "dreamer"\nsource = "builtin:fake"\n'
        )
        with running_product(open_folder / "work", entries) as started:
            yield started


@dataclass(frozen=True)
class Client:
    """One person's calls."""

    address: str
    key: str

    def __call__(self, method: str, path: str, **body: Any) -> Any:
        answer = httpx2.request(
            method,
            f"{self.address}/api/v1/{path}",
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=60,
            **body,
        )
        assert answer.is_success, answer.text
        return answer.json()


@dataclass(frozen=True)
class Planted:
    """Where the pages with the texts are; each `{name}` in an address stands for one of them."""

    detection: str
    second: str
    text: str
    asked: str
    prompt: str
    rating: str
    view: str


@pytest.fixture(scope="module")
def planted(product: Product) -> Planted:
    """Every field that takes free text holds some."""
    clients = {}
    for name, role in ((USERNAME, "analyst"), ("__grace__", "admin")):
        manage(
            product, "users", "add", name, "--role", role, "--password-stdin", typed=PASSWORD + name
        )
        printed = manage(product, "keys", "add", name, "--label", LINE[:80])
        found = re.search(r"gk_\S+", printed)
        assert found
        clients[name] = Client(product.address, found.group())
    analyst, admin = clients.values()

    def seen(phrases: str) -> str:
        run = analyst(
            "POST",
            "detect",
            files={"image": (f"{TAGS[0]}.png", _SAMPLE.read_bytes())},
            data={"prompt": phrases, "model": "dreamer"},
        )
        return str(run["run_id"])

    written = analyst("POST", "generate", json={"prompt": WALL, "model": "parrot"})["run_id"]
    runs = [seen(". ".join(MARKUP)), seen(". ".join(TAGS))]
    box = {"xmin": 5, "ymin": 5, "xmax": 60, "ymax": 60}
    missed = [{"label": tag, "box": box} for tag in TAGS]
    said = {"rating": 1, "tags": TAGS, "comment": WALL}
    ratings = [
        analyst("POST", "feedback", json={"run_id": runs[0], **said, "missed": missed}),
        analyst("POST", "feedback", json={"run_id": written, **said, "corrected_text": WALL}),
    ]
    prompts = [
        analyst(
            "POST",
            "prompts",
            json={"name": name, "description": LINE[:300], "text": WALL, "shared": True},
        )
        for name in (LINE[:80], TAGS[3])
    ]
    analyst("POST", f"prompts/{prompts[0]['id']}/versions", json={"text": f"{WALL} {{{{a}}}}"})
    saved = admin(
        "POST", "views", json={"name": LINE[:80], "filter": {"text": LINE[:40]}, "shared": True}
    )
    changes = {"note": WALL, "answer": WALL, "status": "fixed", "fixed_in": LINE[:60]}
    rating = ratings[1]["id"]
    admin("PATCH", f"feedback/{rating}", json={"seen_at": ratings[1]["updated_at"], **changes})
    asked = admin("POST", "generate", json={"prompt": WALL, "model": "parrot"})["run_id"]
    admin("POST", f"runs/{asked}/requests", json={"usernames": [USERNAME, "__grace__"]})
    return Planted(*runs, written, asked, prompts[0]["id"], rating, saved["id"])


@pytest.fixture(scope="module")
def looking(
    browser: Any, product: Product, planted: Planted
) -> Iterator[Callable[[str], tuple[Page, Watch]]]:
    """A tab signed in as somebody, each made once, and what is heard in it."""
    opened: dict[str, tuple[BrowserContext, Page, Watch]] = {}

    def tab(name: str) -> tuple[Page, Watch]:
        if name not in opened:
            context = browser.new_context(
                base_url=product.address, viewport={"width": 1440, "height": 900}
            )
            context.set_default_timeout(30_000)
            watch = Watch(product.address)
            watch.over(context)
            page = context.new_page()
            page.goto("/account")
            sign_in(page, name, PASSWORD + name)
            opened[name] = (context, page, watch)
        return opened[name][1:]

    yield tab
    for context, _, _ in opened.values():
        context.close()


ADDRESSES = (
    *((USERNAME, f"/{path}") for path in _EVERYBODYS),
    *(("__grace__", f"/{page.url_path}") for page in PAGES),
    (USERNAME, "/detection?run={detection}"),
    (USERNAME, "/generation?run={text}"),
    (USERNAME, "/history?compare={detection}&compare={second}"),
    (USERNAME, "/prompts?prompt={prompt}"),
    (USERNAME, "/asked?run={asked}"),
    ("__grace__", "/feedback?row={rating}"),
    ("__grace__", "/feedback?view={view}"),
    ("__grace__", "/feedback?tag=" + TAGS[0]),
    ("__grace__", "/detection?run={detection}"),
    ("__grace__", "/users?run=<img src=x onerror=window.__pwned=1>"),
)


@pytest.mark.parametrize(("name", "address"), ADDRESSES)
def test_hostile_text_stays_text(
    looking: Callable[[str], tuple[Page, Watch]], planted: Planted, name: str, address: str
) -> None:
    page, watch = looking(name)
    page.goto(address.format(**vars(planted)))
    settle(page)
    _open_everything(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert made_of_text(page) == []
    assert watch.take() == []
    overflow = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0


def _open_everything(page: Page) -> None:
    """Whatever opens in place: what is folded, and each popover in turn."""
    page.wait_for_load_state("networkidle")
    for folded in page.locator("details:not([open]) > summary").all():
        folded.click()
    settle(page)
    for button in page.get_by_test_id("stPopover").get_by_role("button").all():
        button.click()
        expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
        assert made_of_text(page) == []
        page.keyboard.press("Escape")
    settle(page)
