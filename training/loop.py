"""What both trainings share: the command line, and a loop that stops and resumes freely."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import torch


class Trainable(Protocol):
    """A training under way; `seconds` of processor time so far, over all runs."""

    step: int
    seconds: float

    def advance(self) -> None: ...
    def report(self) -> str: ...
    def save(self, path: Path) -> None: ...
    def load(self, path: Path) -> None: ...


def arguments(description: str | None) -> argparse.Namespace:
    """`work`, `steps`, `decay` and `threads`, the last one set at once."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--work", type=Path, default=Path("var/training"), help="data and state")
    parser.add_argument("--steps", type=int, help="length of the training, in batches")
    parser.add_argument("--decay", type=int, help="how many of the last steps slow down")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    return given


def run(
    training: Trainable, steps: int, state: Path, every: dict[int, Callable[[], str]] | None = None
) -> None:
    """Go on from ``state`` to ``steps``; ``every`` n steps, print what a function returns."""
    if state.exists():
        training.load(state)
    prints = {100: training.report, **(every or {})}
    while training.step < steps:
        training.advance()
        for often, said in prints.items():
            if training.step % often == 0:
                print(said(), flush=True)
        if training.step % 250 == 0:
            training.save(state)
    training.save(state)
