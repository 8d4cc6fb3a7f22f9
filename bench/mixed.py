"""Memory after 2,000 mixed requests against after 200: ``python -m bench.mixed``.

Through the API of the product as `make run` starts it, eight at a time: detections new, repeated
and refused, texts whole and streamed, some stopped on the way, ratings and lists. Counted is what
the server's process holds in RAM while it rests.
"""

import argparse
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from random import Random

import httpx2

from bench.figures import tell
from bench.pictures import PROMPT, SAMPLE, several
from bench.product import Product, manage
from bench.running import ANALYST, running

EARLY = 200
GOAL = 1.05
_AT_ONCE = 8
_REST_S = 3
_TEXT = {"prompt": "red circle 0.93, blue square 0.88. Report:", "max_new_tokens": 24}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2000)
    requests = parser.parse_args().requests
    with running() as product:
        secret = manage(product, "keys", "add", ANALYST, "--label", "bench").split()[-1]
        mixed = Mixed(product, secret, requests)
        mixed.ask(range(EARLY))
        early = _resident(product)
        mixed.ask(range(EARLY, requests))
        late = _resident(product)
    ratio = late / early
    tell(
        f"memory after {requests:,} mixed requests",
        f"{ratio:.3f} x that after {EARLY} "
        f"({late / 2**20:.0f} MiB against {early / 2**20:.0f} MiB)",
        f"<= {GOAL} x",
        ratio <= GOAL,
    )


class Mixed:
    """What an analyst's programs ask for, in an order that is the same each time."""

    def __init__(self, product: Product, secret: str, requests: int) -> None:
        self._client = httpx2.Client(
            base_url=product.address, headers={"Authorization": f"Bearer {secret}"}, timeout=120
        )
        self._pictures = several(requests)
        self._sample = SAMPLE.read_bytes()
        draw = Random(1)
        ways: tuple[Callable[[int], None], ...] = (
            self._detect_new,
            self._detect_again,
            self._detect_nothing,
            self._write,
            self._stream,
            partial(self._stream, lines=5),
            self._rate,
            self._look,
        )
        self._plan = draw.choices(ways, weights=(25, 20, 10, 15, 10, 5, 10, 5), k=requests)

    def ask(self, turns: range) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            list(threads.map(lambda turn: self._plan[turn](turn), turns))

    def _detect_new(self, turn: int) -> None:
        self._detect(self._pictures[turn], 200)

    def _detect_again(self, _: int) -> None:
        self._detect(self._sample, 200)

    def _detect_nothing(self, _: int) -> None:
        self._detect(b"no picture", 415)

    def _detect(self, content: bytes, expected: int) -> str:
        answer = self._client.post(
            "/api/v1/detect", files={"image": content}, data={"prompt": PROMPT}
        )
        if answer.status_code != expected:
            raise RuntimeError(f"a detection ended otherwise: {answer.text}")
        return str(answer.json().get("run_id", ""))

    def _write(self, turn: int) -> None:
        self._client.post("/api/v1/generate", json=_TEXT | {"seed": turn}).raise_for_status()

    def _stream(self, turn: int, lines: int | None = None) -> None:
        """To its end, or until the client leaves after so many lines."""
        asked = _TEXT | {"seed": turn, "stream": True}
        with self._client.stream("POST", "/api/v1/generate", json=asked) as answer:
            for place, _ in enumerate(answer.iter_lines()):
                if place == lines:
                    return

    def _rate(self, turn: int) -> None:
        said = {"run_id": self._detect(self._sample, 200), "rating": 1 + turn % 5}
        self._client.post("/api/v1/feedback", json=said).raise_for_status()

    def _look(self, _: int) -> None:
        self._client.get("/api/v1/runs").raise_for_status()


def _resident(product: Product) -> int:
    """Bytes of the server's process in RAM; see proc_pid_statm(5)."""
    time.sleep(_REST_S)
    pages = int(Path(f"/proc/{product.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
