"""What both trainings share: the command line, and a loop that stops and resumes freely."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import torch


class Trainable(Protocol):
    """A training under way; `seconds` of processor time so far, over all runs."""

    step: int
    seconds: float

    def advance(self) -> None: ...
    def report(self) -> str: ...
    def state(self) -> dict[str, Any]: ...
    def restore(self, state: dict[str, Any]) -> None: ...


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
    training: Trainable, steps: int, kept: Path, every: dict[int, Callable[[], str]] | None = None
) -> None:
    """Go on from what was ``kept`` to ``steps``; ``every`` n steps, print what is returned."""
    if kept.exists():
        training.restore(torch.load(kept, weights_only=True))
    prints = {100: training.report, **(every or {})}
    while training.step < steps:
        training.advance()
        for often, said in prints.items():
            if training.step % often == 0:
                print(said(), flush=True)
        if training.step % 250 == 0:
            _save(training.state(), kept)
    _save(training.state(), kept)


def _save(state: dict[str, Any], path: Path) -> None:
    """The old file stays until the new one is whole."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)
