"""How figures are taken and said: two sides in one run, pair by pair."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

WARM_UP = 2
"""Pairs that are thrown away."""


@dataclass(frozen=True)
class Pairs:
    """Seconds of the one side and of its peer, taken right after each other."""

    ours: tuple[float, ...]
    peer: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of each pair's own ratio: what drifts through a run touches both of a pair."""
        return median(one / other for one, other in zip(self.ours, self.peer, strict=True))

    def __str__(self) -> str:
        return f"{_milliseconds(self.ours)} against {_milliseconds(self.peer)}"


def seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def alternating(
    ours: Callable[[], object], peer: Callable[[], object], pairs: int, warm_up: int = WARM_UP
) -> Pairs:
    """Time both, in turns and each first every other time; the first pairs are thrown away."""
    taken = []
    gc.collect()
    for turn in range(warm_up + pairs):
        if turn % 2:
            second = seconds(peer)
            first = seconds(ours)
        else:
            first = seconds(ours)
            second = seconds(peer)
        taken.append((first, second))
    own, others = zip(*taken[warm_up:], strict=True)
    return Pairs(own, others)


def tell(name: str, measured: str, goal: str, met: bool) -> None:
    """One line of a figure, as BENCHMARKS.md holds it."""
    print(f"{name}: {measured}; goal {goal}: {'met' if met else 'MISSED'}", flush=True)


def _milliseconds(values: tuple[float, ...]) -> str:
    return f"{median(values) * 1000:.1f} ms"
