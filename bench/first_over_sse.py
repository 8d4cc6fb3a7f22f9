"""First token through SSE against the engine's own: ``python -m bench.first_over_sse``.

The product runs as `make run` starts it; each stream has an open connection, and its first token
is there when the client has read its event. The peer is the same model's engine, asked in this
process without anything around it. One stream, and 16 that arrive at once; each burst brings new
prompts.
"""

import argparse
import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from statistics import median
from time import perf_counter
from urllib.parse import urlsplit

import torch

from bench.figures import WARM_UP, tell
from bench.llamas import LARGE, SMALL, Size, made, prompts
from bench.product import Product, manage
from bench.running import ANALYST, running
from bench.streams import AT_ONCE
from bench.workbenches import folder
from bench.writing import engine_of, write
from core.generation.types import SamplingParams
from core.inference.textengine import TextEngine

GOALS = {1: 1.3, AT_ONCE: 1.2}
_LENGTH, _TOKENS = 64, 8
_ENTRY = '\n[[generator]]\nid = "{id}"\nsource = "{source}"\n'


class Streams:
    """So many at once from one product, for one analyst with a key."""

    def __init__(self, product: Product, model: str, count: int) -> None:
        secret = manage(product, "keys", "add", ANALYST, "--label", "bench").split()[-1]
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        self._model = model
        self._address = urlsplit(product.address)
        self._readers = ThreadPoolExecutor(count)
        self._gate = threading.Barrier(count)

    def first_tokens(self, asked: Sequence[str]) -> list[float]:
        """Seconds to the first token of each prompt, all sent at once; read to their ends."""
        return list(self._readers.map(self._read, asked))

    def _read(self, prompt: str) -> float:
        connection = HTTPConnection(self._address.hostname or "", self._address.port, timeout=120)
        connection.connect()
        body = {"prompt": prompt, "model": self._model, "max_new_tokens": _TOKENS}
        content = json.dumps(body | {"temperature": 0, "stream": True})
        self._gate.wait()
        began = perf_counter()
        connection.request("POST", "/api/v1/generate", content, self._headers)
        answer = connection.getresponse()
        while (line := answer.readline()) and not line.startswith(b"event: token"):
            pass
        first = perf_counter() - began
        if answer.status != 200 or not line or b"event: done" not in answer.read():
            raise RuntimeError(f"a stream ended otherwise than well: {answer.status}")
        connection.close()
        return first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=20)
    pairs = parser.parse_args().pairs
    with folder() as place:
        for size in (SMALL, LARGE):
            loaded = made(size, torch.device("cpu"))
            source = place / size.shown.split()[0]
            loaded.model.save_pretrained(source)
            loaded.tokenizer.save_pretrained(source)
            entry = _ENTRY.format(id="measured", source=source)
            with running(entry) as product, engine_of(loaded, AT_ONCE) as engine:
                for count in GOALS:
                    _measure(Streams(product, "measured", count), engine, size, count, pairs)


def _measure(streams: Streams, engine: TextEngine, size: Size, count: int, pairs: int) -> None:
    params = SamplingParams(max_new_tokens=_TOKENS, temperature=0)

    def ours(asked: list[str]) -> float:
        return median(streams.first_tokens(asked))

    def engines(asked: list[str]) -> float:
        return median(one.tokens[0] - one.submitted for one in write(engine, asked, params))

    taken = [
        _burst(turn, (ours, engines), prompts([_LENGTH] * count, seed=turn))
        for turn in range(WARM_UP + pairs)
    ][WARM_UP:]
    ratio = median(one / other for one, other in taken)
    ms, other_ms = (median(side) * 1000 for side in zip(*taken, strict=True))
    tell(
        f"first token through SSE, {count} at once, {size.shown}",
        f"{ratio:.2f} x the engine's own ({ms:.1f} ms against {other_ms:.1f} ms, {pairs} pairs)",
        f"<= {GOALS[count]} x",
        ratio <= GOALS[count],
    )


def _burst(
    turn: int, sides: tuple[Callable[[list[str]], float], ...], asked: list[str]
) -> tuple[float, float]:
    """Both sides, each first every other time."""
    first, second = sides
    if turn % 2:
        other = second(asked)
        return first(asked), other
    return first(asked), second(asked)


if __name__ == "__main__":
    main()
