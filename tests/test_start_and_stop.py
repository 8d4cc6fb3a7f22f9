"""The process itself: refusing to start in one sentence, and ending while clients hold on."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from bench.product import manage, running_product
from core.config import ROOT, Settings
from core.database import embedded_status
from core.errors import ConfigurationError
from core.workbench import open_workbench
from db.session import Database

_ENDLESS = """
import asyncio, socket, sys
from contextlib import asynccontextmanager
import uvicorn
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route
from ui.stopping import before_stopping

async def stream(_request):
    async def ticks():
        while True:
            yield b"tick"
            await asyncio.sleep(0.05)
    return StreamingResponse(ticks())

@asynccontextmanager
async def lifespan(_app):
    before_stopping(lambda: print("streams are ended", flush=True))
    yield
    print("closed", flush=True)

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
app = Starlette(routes=[Route("/", stream)], lifespan=lifespan)
uvicorn.Server(uvicorn.Config(app, log_level="critical")).run([listener])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_within_seconds_whoever_is_still_listening(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _ENDLESS], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            with socket.create_connection(("127.0.0.1", port), 20) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
                assert client.recv(100)
                began = time.monotonic()
                process.send_signal(number)
                process.wait(20)
            assert time.monotonic() - began < 8
            assert process.stdout.read().split("\n")[:2] == ["streams are ended", "closed"]
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"GLIMPSE_DEVICE": "tpu"}, "GLIMPSE_DEVICE"),
        pytest.param(
            *({"GLIMPSE_MODELS_FILE": "nowhere.toml"}, "GLIMPSE_MODELS_FILE"),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_wrong_setting_ends_the_start_with_one_sentence(
    wrong: dict[str, str], named: str, tmp_path: Path
) -> None:
    command = ["-m", "streamlit", "run", "Home.py", "--server.address", "127.0.0.1"]
    finished = subprocess.run(
        [sys.executable, *command, "--server.port", "0"],
        cwd=ROOT,
        env={**os.environ, "GLIMPSE_DATA_DIR": str(tmp_path / "var"), **wrong},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert finished.returncode != 0
    (line,) = (finished.stdout + finished.stderr).strip().splitlines()
    assert line.startswith("Glimpse cannot start. ")
    assert named in line


def test_a_wrong_models_file_leaves_no_database_running(settings: Settings, tmp_path: Path) -> None:
    wrong = settings.model_copy(update={"models_file": tmp_path / "nowhere.toml"})
    with pytest.raises(ConfigurationError, match="GLIMPSE_MODELS_FILE"):
        open_workbench(wrong, tell=lambda admin: None)
    assert embedded_status(wrong).state == "absent"


@pytest.mark.slow
def test_text_shown_before_a_kill_is_in_its_run_after_the_restart(open_folder: Path) -> None:
    folder = open_folder / "killed"
    with running_product(folder) as product:
        manage(product, "users", "add", "wei", "--role", "analyst", "--password-stdin", typed=_PASS)
        key = manage(product, "keys", "add", "wei", "--label", "test").split()[-1]
        url = manage(product, "db", "url").strip()
        headers = {"Authorization": f"Bearer {key}"}
        body = {"prompt": "Write", "model": "pace", "max_new_tokens": 2000, "stream": True}
        with httpx2.stream(
            "POST", f"{product.address}/api/v1/generate", json=body, headers=headers
        ) as answer:
            run_id = answer.headers["X-Run-ID"]
            told = texts_in(answer.iter_lines())
            shown = next(told)
            while not (kept := kept_tokens(url, run_id)):
                shown += next(told)
            while len(shown.split()) < kept:
                shown += next(told)
            product.stop(signal.SIGKILL)
        product.start()
        address = f"{product.address}/api/v1"
        run = httpx2.get(f"{address}/runs/{run_id}", headers=headers).json()
        used = httpx2.get(f"{address}/usage", headers=headers).json()

    assert (run["status"], run["outputs"][0]["finish_reason"]) == ("failed", "error")
    assert "text up to there was kept" in run["error"]
    written = run["outputs"][0]["text"]
    assert len(written.split()) == run["usage"]["completion_tokens"] >= kept
    assert written.startswith(shown) or shown.startswith(written)
    assert {**used["total"], "exact": True} == {"runs": 1, **run["usage"]}


_PASS = "a killer of processes"


def texts_in(lines: Iterator[str]) -> Iterator[str]:
    """The text of each token of a stream."""
    for line in lines:
        if line.startswith('data: {"output"'):
            event: dict[str, Any] = json.loads(line.removeprefix("data: "))
            yield event["text"]


def kept_tokens(url: str, run_id: str) -> int:
    database = Database(url, RuntimeError)
    with database.unit_of_work() as session:
        mine = text("select events from run_progress where run_id = :run")
        parts = session.scalars(mine, {"run": run_id}).all()
    database.close()
    return sum(len(part["tokens"]) for part in parts)
