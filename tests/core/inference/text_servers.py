"""Servers that write text as told, well or badly, over real sockets."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from core.config import Settings
from core.generation.types import SamplingParams, TokenEvent
from core.inference.remote_text import RemoteGenerator
from core.inference.types import EngineEnd, ModelEntry, TextRequest
from core.runs.types import Task
from tests.core.inference.textengine.support import ANYBODY, Heard

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Asked:
    """What a client sent."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Talk:
    """One connection, its request read."""

    socket: socket.socket
    asked: Asked

    def send(self, *parts: bytes) -> None:
        self.socket.sendall(b"".join(parts))

    def gone(self, timeout_s: float = 10) -> bool:
        """Whether the client hangs up within that time."""
        self.socket.settimeout(timeout_s)
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False


@dataclass
class TextServer:
    address: str
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def text_server(behave: Callable[[Talk], None], port: int = 0) -> Iterator[TextServer]:
    """Each connection gets a thread that reads one request, does as told and hangs up."""

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            asked = _request(connection)
            server.asked.append(asked)
            behave(Talk(connection, asked))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", port)) as listener:
        server = TextServer(f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
        threading.Thread(target=serve, daemon=True).start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)


def _request(connection: socket.socket) -> Asked:
    with connection.makefile("rb") as reader:
        path = reader.readline().split()[1].decode()
        headers = {}
        while line := reader.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value
        return Asked(path, headers, json.loads(reader.read(int(headers["content-length"]))))


def data(body: object) -> bytes:
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def plain(text: str, finish: str | None = None, **more: object) -> bytes:
    """A chunk of `/completions`."""
    return data({"choices": [{"index": 0, "text": text, "finish_reason": finish} | more]})


def chat(text: str | None, finish: str | None = None, **more: object) -> bytes:
    """A chunk of `/chat/completions`."""
    delta = {} if text is None else {"content": text}
    return data({"choices": [{"index": 0, "delta": delta, "finish_reason": finish} | more]})


def counts(prompt: int, written: int) -> bytes:
    usage = {"prompt_tokens": prompt, "completion_tokens": written}
    return data({"choices": [], "usage": usage | {"total_tokens": prompt + written}})


def saying(*parts: bytes) -> Callable[[Talk], None]:
    """Always the same stream, to its end."""
    return lambda talk: talk.send(HEAD, *parts)


def refusing(status: int, body: object, **headers: str) -> Callable[[Talk], None]:
    content = json.dumps(body).encode()
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} No\r\nContent-Length: {len(content)}\r\n{named}\r\n".encode()
    return lambda talk: talk.send(head, content)


@contextmanager
def remote_writer(settings: Settings, address: str, **fields: Any) -> Iterator[RemoteGenerator]:
    """The engine `far` at an address; `clock` is of its health, other fields of its entry."""
    clock = {"clock": fields.pop("clock")} if "clock" in fields else {}
    entry = ModelEntry("far", Task.GENERATION, address, **fields)
    engine = RemoteGenerator(entry, settings, **clock)
    yield engine
    engine.close()


def hear(
    engine: RemoteGenerator,
    request: TextRequest | str = "Once",
    on_token: Callable[[Heard], None] = lambda heard: None,
    **params: Any,
) -> Heard:
    """Submit; nothing may be told after the end."""
    heard = Heard()
    if isinstance(request, str):
        request = TextRequest(request, SamplingParams(**params), ANYBODY)

    def token(event: TokenEvent) -> None:
        assert not heard.ends
        heard.events.append(event)
        on_token(heard)

    def start() -> None:
        heard.started += 1

    def end(told: EngineEnd) -> None:
        heard.ends.append(told)
        heard.over.set()

    heard.sequence = engine.submit(request, on_token=token, on_end=end, on_start=start)
    return heard
