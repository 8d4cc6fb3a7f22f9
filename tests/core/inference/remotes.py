"""Servers for remote detectors: as a function, and as a bare socket that misbehaves."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx2
from PIL import Image

from core.config import Settings
from core.inference.remote import RemoteDetector
from core.inference.types import DetectorRequest, ModelEntry
from core.runs.types import Task

URL = "https://gpu.example:8443/hf/dino?api-version=2"
Answer = Callable[[httpx2.Request], httpx2.Response]


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def remote(
    settings: Settings, answer: Answer, clock: Clock | None = None, **fields: Any
) -> RemoteDetector:
    entry = ModelEntry("far", Task.DETECTION, URL, **fields)
    return RemoteDetector(
        entry, settings, transport=httpx2.MockTransport(answer), clock=clock or Clock()
    )


def over_network(settings: Settings, address: str, limit_s: int = 1) -> RemoteDetector:
    entry = ModelEntry("far", Task.DETECTION, address)
    return RemoteDetector(entry, settings.model_copy(update={"remote_timeout_s": limit_s}))


def asking(*phrases: str, size: tuple[int, int] = (400, 300)) -> DetectorRequest:
    return DetectorRequest(Image.new("RGB", size, "white"), "00" * 32, phrases or ("cat",))


def found(label: str, score: float, *box: float) -> dict[str, Any]:
    return {
        "score": score,
        "label": label,
        "box": dict(zip(("xmin", "ymin", "xmax", "ymax"), box or (1, 2, 30, 40), strict=True)),
    }


def answering(body: Any, status: int = 200, **headers: str) -> Answer:
    """Always the same, as JSON; `bytes` as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: httpx2.Response(status, content=content, headers=named)


@contextmanager
def bare_server(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads what arrives first, then does as told; gives its address."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.recv(1 << 20)
                behave(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hf/dino"
        listener.shutdown(socket.SHUT_RDWR)
