"""Whole processes: two over one data directory, a database that comes and goes, a patient stop."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from bench.product import Product, manage, running_product
from core.config import ROOT
from db import embedded

pytestmark = pytest.mark.slow

_PASSWORD = "a stopper of processes"
_TOKENS = 300  # three seconds, at the pace of the fake writer


def until(true: Callable[[], bool], seconds: float) -> float:
    """How long it took to become true."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "waited in vain"
        time.sleep(0.05)
    return time.monotonic() - began


def status(product: Product, path: str) -> int:
    """0 where nothing answers."""
    try:
        return httpx2.get(f"{product.address}{path}", timeout=20).status_code
    except httpx2.TransportError:
        return 0


def beside(product: Product, name: str, **settings: str) -> Product:
    """Another one, over the same data directory unless told otherwise."""
    other = Product(product.data_dir.parent / name, "", settings)
    for key in ("GLIMPSE_DATA_DIR", "GLIMPSE_MODELS_FILE"):
        other.environment[key] = settings.get(key, product.environment[key])
    return other


def test_two_share_a_database_and_one_stops_without_cutting_a_text(open_folder: Path) -> None:
    with running_product(open_folder / "one") as first:
        manage(
            first, "users", "add", "wei", "--role", "analyst", "--password-stdin", typed=_PASSWORD
        )
        key = manage(first, "keys", "add", "wei", "--label", "test").split()[-1]
        headers = {"Authorization": f"Bearer {key}"}
        second = beside(first, "two")
        second.start()
        assert status(second, "/readyz") == 200

        body = {"prompt": "Write", "model": "pace", "max_new_tokens": _TOKENS}
        address = f"{first.address}/api/v1/generate"
        lines: list[str] = []
        begun = threading.Event()

        def read() -> None:
            asked = {**body, "stream": True}
            with httpx2.stream("POST", address, json=asked, headers=headers, timeout=60) as answer:
                for line in answer.iter_lines():
                    lines.append(line)
                    if line.startswith("data:"):
                        begun.set()

        reader = threading.Thread(target=read)
        reader.start()
        assert begun.wait(20)
        first.send(signal.SIGTERM)
        until(lambda: status(first, "/readyz") == 503, 2)
        assert status(first, "/healthz") == 200
        refused = httpx2.post(address, json=body, headers=headers)
        assert (refused.status_code, "stopping" in refused.text) == (503, True)
        reader.join(30)
        told = [json.loads(line[5:]) for line in lines if line.startswith("data:")]
        assert told[-1]["outputs"][0]["finish_reason"] == "length"
        assert told[-1]["usage"]["completion_tokens"] == _TOKENS
        first.stop()
        assert status(second, "/readyz") == 200

        home = first.data_dir / "database"
        second.stop(signal.SIGTERM)
        assert embedded.status(home).state == "stopped"
        first.start()


def test_a_database_away_at_the_start_and_later_heals_by_itself(open_folder: Path) -> None:
    home = open_folder / "server"
    url = embedded.ensure(home)
    embedded.stop(home)
    product = Product(
        open_folder / "away",
        "",
        {"GLIMPSE_DATABASE_URL": url, "GLIMPSE_SECRET_KEY": "0123456789abcdef" * 4},
    )
    starting = threading.Thread(target=product.start)
    starting.start()
    try:
        until(lambda: status(product, "/healthz") == 200, 120)
        assert status(product, "/readyz") == 503
        for _ in range(2):
            embedded.ensure(home)
            until(lambda: status(product, "/readyz") == 200, 30)
            assert status(product, "/healthz") == 200
            embedded.stop(home)
            assert status(product, "/readyz") == 503
            assert status(product, "/healthz") == 200
        embedded.ensure(home)
        assert until(lambda: status(product, "/readyz") == 200, 10) < 10
        starting.join(30)
    finally:
        product.stop()
        embedded.stop(home)


def test_a_port_that_is_taken_is_said_in_one_sentence(open_folder: Path) -> None:
    with running_product(open_folder / "port") as product:
        port = product.address.rpartition(":")[2]
        finished = subprocess.run(
            [sys.executable, "-m", "streamlit", "run", "Home.py", "--server.port", port],
            cwd=ROOT,
            env={**product.environment, "GLIMPSE_DATA_DIR": str(open_folder / "elsewhere")},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert finished.returncode != 0
        said = (finished.stdout + finished.stderr).strip().splitlines()
        assert len(said) == 1
        assert port in said[0]
