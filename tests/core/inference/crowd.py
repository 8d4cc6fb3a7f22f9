"""Requests held back until all of them wait, so that they must share the next pass."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic, sleep
from typing import Any

from prometheus_client import REGISTRY

TURN_S = 20


def depth(model: str) -> float:
    return REGISTRY.get_sample_value("glimpse_queue_depth", {"model": model}) or 0.0


def _waits_at(model: str, place: int) -> bool:
    return depth(model) == place


def until(met: Callable[[], bool]) -> None:
    end = monotonic() + TURN_S
    while not met():
        assert monotonic() < end, "waited in vain"
        sleep(0.002)


class Gate:
    """Stands before a runner's `run`: the first pass waits for `open`. `sizes` are all passes'."""

    def __init__(self, runner: Any) -> None:
        self.sizes: list[int] = []
        self._runner = runner
        self._run = runner.run
        self._inside, self._opened = threading.Event(), threading.Event()
        runner.run = self._gated

    def shared(
        self, model: str, opener: Callable[[], Any], calls: Sequence[Callable[[], Any]]
    ) -> list[Any]:
        """What `calls` return or raise, all of them made while the pass of `opener` runs."""
        with ThreadPoolExecutor(len(calls) + 1) as pool:
            try:
                first = pool.submit(opener)
                assert self._inside.wait(TURN_S)
                begun = []
                for place, call in enumerate(calls, start=1):
                    begun.append(pool.submit(call))
                    until(partial(_waits_at, model, place))
            finally:
                self.open()
            first.result(TURN_S)
            return [one.exception(TURN_S) or one.result() for one in begun]

    def open(self) -> None:
        self._opened.set()

    def leave(self) -> None:
        self._runner.run = self._run

    def _gated(self, batch: Sequence[Any]) -> Any:
        self.sizes.append(len(batch))
        self._inside.set()
        assert self._opened.wait(TURN_S)
        return self._run(batch)
