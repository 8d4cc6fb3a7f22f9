"""Hostile text in every field, and every page looked at: it stays text, and nothing leaves."""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import text

from bench.product import (
    ADMIN_PASSWORD,
    METRICS_TOKEN,
    Product,
    manage,
    metrics,
    running_product,
)
from core.config import ROOT
from core.errors import Unavailable
from db.session import Database
from tests.browser.hostile import (
    HOST,
    LINE,
    MARKUP,
    TAGS,
    USERNAME,
    WALL,
    Watch,
    made_of_text,
)
from tests.browser.steps import settle, sign_in, wait_until
from tests.core.inference.text_servers import DONE, HEAD, Talk, plain, text_server
from ui.navigation import PAGES

pytestmark = pytest.mark.browser

PASSWORD = "boxes by the dozen"
CANARY = "canary-5e1f"
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
    keys: tuple[str, ...]


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
    keys = tuple(client.key for client in clients.values())
    asked = admin("POST", "generate", json={"prompt": WALL, "model": "parrot"})["run_id"]
    admin("POST", f"runs/{asked}/requests", json={"usernames": [USERNAME, "__grace__"]})
    return Planted(runs[0], runs[1], written, asked, prompts[0]["id"], rating, saved["id"], keys)


@pytest.fixture(scope="module")
def looking(
    browser: Browser, product: Product, planted: Planted
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
    folded = page.locator("details:not([open]) > summary")
    for _ in range(folded.count()):
        folded.first.click()  # which is folded no more
    settle(page)
    for button in page.get_by_test_id("stPopoverButton").all():
        if not button.is_visible() or button.is_disabled():
            continue
        button.click()
        expect(page.get_by_test_id("stPopoverBody").last).to_be_visible()
        assert made_of_text(page) == []
        page.keyboard.press("Escape")
    settle(page)


def test_an_error_on_a_page_is_a_sentence_whose_reference_is_in_the_log(
    product: Product, looking: Callable[[str], tuple[Page, Watch]]
) -> None:
    page, _ = looking("__grace__")
    with _without_table(product, "feedback"):
        page.goto("/feedback?text=Owned")
        _told_with_reference(page, product)
    page.goto("/account")
    settle(page)
    page.get_by_label("Label", exact=True).fill("Owned")
    with _without_table(product, "api_keys"):
        page.get_by_role("button", name="Create key").click()
        _told_with_reference(page, product)


def _told_with_reference(page: Page, product: Product) -> None:
    alert = page.get_by_test_id("stAlert").filter(has_text="Something went wrong on our side").first
    expect(alert).to_be_visible()
    found = re.search(r"Reference (\w+)", alert.inner_text())
    assert found
    assert "Owned" not in alert.inner_text()
    wait_until(lambda: _logged("unexpected_error", found[1], product))
    expect(page.get_by_text("Traceback")).to_have_count(0)


def _logged(event: str, reference: str, product: Product) -> bool:
    lines = (json.loads(line) for line in product.output if line.startswith("{"))
    return any(line["event"] == event and line["trace_id"] == reference for line in lines)


@contextmanager
def _without_table(product: Product, table: str) -> Iterator[None]:
    """Statements on the table fail meanwhile, with all they hold."""
    url = manage(product, "db", "url").strip()
    database = Database(url, lambda: Unavailable("The database is away."))
    with database.unit_of_work() as session:
        session.execute(text(f"alter table {table} rename to moved"))
    try:
        yield
    finally:
        with database.unit_of_work() as session:
            session.execute(text(f"alter table moved rename to {table}"))
        database.close()


def test_a_page_of_no_name_says_so(looking: Callable[[str], tuple[Page, Watch]]) -> None:
    page, watch = looking(USERNAME)
    page.goto(f"/{CANARY}")
    expect(page.get_by_text("Page not found")).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)
    watch.take()


_BY_CHANCE = 8
"""So few characters may stand anywhere."""
_SOCKET = """([text]) => new Promise((told) => {
  const socket = new WebSocket(new URL("_stcore/stream", document.baseURI));
  socket.onopen = () => socket.send(text ? "canary-5e1f" : new TextEncoder().encode("canary-5e1f"));
  socket.onclose = (event) => told([event.code, event.reason]);
})"""


@pytest.mark.parametrize("as_text", [True, False])
def test_a_socket_that_is_sent_nonsense_is_closed_without_a_word(
    looking: Callable[[str], tuple[Page, Watch]], as_text: bool
) -> None:
    page, _ = looking(USERNAME)
    page.goto("/account")
    settle(page)
    code, reason = page.evaluate(_SOCKET, [as_text])
    assert code in (1002, 1011)
    assert reason == ""


def test_nothing_that_was_sent_stands_in_logs_metrics_or_errors(
    browser: Browser,
    product: Product,
    planted: Planted,
    looking: Callable[[str], tuple[Page, Watch]],
) -> None:
    """After all of the above, and a stranger's tries."""
    cookies = [looking(name)[0].context.cookies() for name in (USERNAME, "__grace__")]
    page = browser.new_page()
    page.goto(f"{product.address}/?{CANARY}={CANARY}")
    page.get_by_label("Username", exact=True).fill(USERNAME)
    page.get_by_label("Password", exact=True).fill(CANARY)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    page.context.close()
    told = [_stranger_asks(product, *call) for call in _TRIES]
    told += [metrics(product), *product.output]
    told += [file.read_text("utf-8", "replace") for file in product.data_dir.rglob("*.log")]
    secrets = [cookie["value"] for each in cookies for cookie in each if cookie["httpOnly"]]
    assert secrets
    secrets += [CANARY, PASSWORD, HOST, "Owned", *planted.keys, METRICS_TOKEN, ADMIN_PASSWORD]
    written = "\n".join(told)
    assert [secret for secret in secrets for form in _forms(secret) if form in written] == []


_TRIES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("GET", f"/api/v1/{CANARY}", {}),
    ("GET", f"/_stcore/{CANARY}?{CANARY}=1", {}),
    ("GET", f"/media/{CANARY}.png", {}),
    ("GET", f"/component/{CANARY}/{CANARY}", {}),
    ("GET", f"/%0d%0a{CANARY}", {}),
    ("POST", "/api/v1/generate", {"content": f'{{"{CANARY}'}),
    ("POST", "/auth/cookie", {"json": {"ticket": CANARY}}),
    ("PUT", f"/_stcore/upload_file/{CANARY}/{CANARY}", {"content": CANARY}),
    ("POST", "/_stcore/agent/interact", {"content": CANARY}),
    ("GET", "/metrics", {"headers": {"Authorization": f"Bearer {CANARY}"}}),
    ("GET", "/_stcore/metrics", {"headers": {"Cookie": f"glimpse_session={CANARY}"}}),
    ("GET", "/", {"headers": {"User-Agent": CANARY, "Origin": f"https://{CANARY}"}}),
)


def _stranger_asks(product: Product, method: str, path: str, more: dict[str, Any]) -> str:
    answer = httpx2.request(method, f"{product.address}{path}", **more)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answer.status_code < 500
    return "\n".join((answer.text, *answer.headers.values()))


def _forms(secret: str) -> tuple[str, ...]:
    """As it is, in an address, and in base64 at each of three places."""
    coded = [b64encode(b" " * place + secret.encode()).decode() for place in range(3)]
    certain = (each[place + 1 : -4] for place, each in enumerate(coded))
    return (secret, quote(secret), *(each for each in certain if len(each) > _BY_CHANCE))
