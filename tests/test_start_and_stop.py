"""The process itself: refusing to start in one sentence, and ending while clients hold on."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.config import ROOT, Settings
from core.database import embedded_status
from core.errors import ConfigurationError
from core.workbench import open_workbench

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
        ({"GLIMPSE_MODELS_FILE": "nowhere.toml"}, "GLIMPSE_MODELS_FILE"),
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
