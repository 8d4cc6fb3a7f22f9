"""A repeated request against ``GET /readyz``, over HTTP: ``python -m bench.repeated``.

The product runs as `make run` starts it; both are asked over one kept connection, with bodies made
beforehand. The client acknowledges at once what it gets: were it left to the system, both sides
would be the same 40 ms slower where the server waits for that, and their ratio would say nothing.
"""

import argparse
import base64
import json
import re
import socket
from collections.abc import Mapping
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx2
import msgpack

from bench.figures import alternating, tell
from bench.pictures import PROMPT, SAMPLE
from bench.product import Product, manage, metrics
from bench.running import ANALYST, running

GOAL = 3.0
_AT_ONCE = getattr(socket, "TCP_QUICKACK", None)  # Linux only
Body = tuple[bytes, str]
"""What is sent, and its media type."""


class Client:
    """One kept connection, for an analyst with a key."""

    def __init__(self, product: Product) -> None:
        secret = manage(product, "keys", "add", ANALYST, "--label", "bench").split()[-1]
        self._headers = {"Authorization": f"Bearer {secret}"}
        address = urlsplit(product.address)
        self._connection = HTTPConnection(address.hostname or "", address.port, timeout=60)
        self._connection.connect()

    def ready(self) -> None:
        self._asked("GET", "/readyz", None, {})

    def detect(self, body: Body) -> None:
        content, kind = body
        self._asked("POST", "/api/v1/detect", content, {"Content-Type": kind})

    def _asked(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> None:
        self._connection.request(method, path, content, {**self._headers, **headers})
        if _AT_ONCE is not None:
            self._connection.sock.setsockopt(socket.IPPROTO_TCP, _AT_ONCE, 1)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {text.decode()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=300, help="of each form")
    pairs = parser.parse_args().pairs
    with running() as product:
        client = Client(product)
        for kind, body in bodies().items():
            _measure(product, client, kind, body, pairs)


def _measure(product: Product, client: Client, form: str, body: Body, pairs: int) -> None:
    client.detect(body)
    before = model_calls(product)
    taken = alternating(lambda: client.detect(body), client.ready, pairs, warm_up=20)
    calls = model_calls(product) - before
    tell(
        f"repeated request, {form}",
        f"{calls} model calls, {taken.ratio:.2f} x the time of GET /readyz "
        f"({taken}, {pairs} pairs)",
        f"0 and <= {GOAL}",
        calls == 0 and taken.ratio <= GOAL,
    )


def bodies() -> Mapping[str, Body]:
    """The same request in each form the API reads."""
    picture = SAMPLE.read_bytes()
    text = base64.b64encode(picture).decode()
    return {
        "JSON": (json.dumps({"image": text, "prompt": PROMPT}).encode(), "application/json"),
        "MessagePack": (
            msgpack.packb({"image": picture, "prompt": PROMPT}),
            "application/msgpack",
        ),
        "form": form(picture),
    }


def form(picture: bytes) -> Body:
    """The usual phrases and a picture's file, as a browser's form would send them."""
    files = {"image": (SAMPLE.name, picture)}
    made = httpx2.Request("POST", "http://localhost", data={"prompt": PROMPT}, files=files)
    return made.read(), made.headers["Content-Type"]


def model_calls(product: Product) -> int:
    """Forward passes of detectors since the product started."""
    counts = re.findall(
        r'^glimpse_model_calls_total\{.*task="detection".*\} (\S+)$', metrics(product), re.M
    )
    return int(sum(map(float, counts)))


if __name__ == "__main__":
    main()
