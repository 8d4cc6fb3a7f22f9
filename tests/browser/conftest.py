"""The product as `make run` starts it, in a process of its own, and a browser to use it with."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.chromium import FLAGS, executable

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "tests" / "browser" / "shots"
ADMIN_PASSWORD = "a quiet first password"
METRICS_TOKEN = "a token for the metrics"
START_LIMIT_S = 90
_PATIENCE_MS = 15_000
_START = (sys.executable, "-m", "streamlit", "run", "Home.py")
MODELS = f"""
[[detector]]
id = "shapes"
source = "{ROOT / "models" / "shapes-detector"}"
box_threshold = 0.32

[[generator]]
id = "reporter"
source = "{ROOT / "models" / "reporter"}"

[[generator]]
id = "pace"
source = "builtin:fake?tokens_per_second=100"
"""


@dataclass(frozen=True)
class Product:
    address: str
    data_dir: Path
    process: subprocess.Popen[str]
    output: list[str]


@contextmanager
def running_product(data_dir: Path) -> Iterator[Product]:
    """Start it, wait for the line with its address, and stop it as Ctrl-C would."""
    data_dir.mkdir()
    (data_dir / "models.toml").write_text(MODELS)
    port = _free_port()
    process = subprocess.Popen(
        [*_START, "--server.address", "127.0.0.1", "--server.port", str(port)],
        cwd=ROOT,
        env=_environment(data_dir),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    output: list[str] = []
    ready = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            output.append(line)
            if "Glimpse is at" in line:
                ready.set()
        ready.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        assert ready.wait(START_LIMIT_S), "".join(output)
        assert process.poll() is None, "".join(output)
        yield Product(f"http://127.0.0.1:{port}", data_dir, process, output)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join(5)
        if process.stdout is not None:
            process.stdout.close()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _environment(data_dir: Path) -> dict[str, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GLIMPSE_")}
    return clean | {
        "GLIMPSE_DATA_DIR": str(data_dir),
        "GLIMPSE_MODELS_FILE": str(data_dir / "models.toml"),
        "GLIMPSE_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "GLIMPSE_METRICS_TOKEN": METRICS_TOKEN,
    }


def manage(product: Product, *arguments: str, typed: str = "") -> str:
    """Run `manage.py` beside the running product and return what it prints."""
    finished = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=_environment(product.data_dir),
        input=typed,
        capture_output=True,
        text=True,
        check=True,
    )
    return finished.stdout


def metrics(product: Product) -> str:
    answer = httpx2.get(
        f"{product.address}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}
    )
    answer.raise_for_status()
    return answer.text


@pytest.fixture(scope="module")
def people(product: Product) -> dict[str, str]:
    """An analyst and a second admin, with their passwords."""
    passwords = {"wei": "boxes by the dozen", "grace": "a careful second look"}
    for name, role in (("wei", "analyst"), ("grace", "admin")):
        manage(
            product, "users", "add", name, "--role", role, "--password-stdin", typed=passwords[name]
        )
    return passwords


@pytest.fixture(scope="module")
def product(open_folder: Path) -> Iterator[Product]:
    """One running product for a module's tests; its folder holds a space and a non-ASCII letter."""
    with running_product(open_folder / "work bénch") as started:
        yield started


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
