"""What others' arrivals and departures cost those who write: ``python -m bench.interrupted``.

A prompt of 2,000 tokens arrives among 8 running texts: the longest gap between two tokens of any of
them, against their usual one just before. And a text is cancelled while all places are taken and
another waits: how many tokens the rest write until the one that waits has the place.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from statistics import median
from time import perf_counter, sleep

import torch

from bench.figures import tell
from bench.llamas import LARGE, SMALL, Size, made, prompts
from bench.streams import AT_ONCE
from bench.writing import Heard, engine_of, submit
from core.generation.types import FinishReason, SamplingParams
from core.inference.textengine import TextEngine

RUNNING, LONG_PROMPT = 8, 2000
GOAL_GAP, GOAL_STEPS = 3, 1
_USUAL = 24
"""Tokens each has written, over which their usual gap is taken."""
_LONGER_THAN_NEEDED = SamplingParams(max_new_tokens=2000, temperature=0)
_ONE = SamplingParams(max_new_tokens=1, temperature=0)
_PAUSE_S = 0.001


@dataclass(frozen=True)
class Arrival:
    """Seconds: the longest gap of any text while the long prompt was read, and the usual one."""

    longest: float
    usual: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arrivals", type=int, default=5)
    parser.add_argument("--cancels", type=int, default=40)
    arguments = parser.parse_args()
    for size in (SMALL, LARGE):
        _arrivals(size, arguments.arrivals)
    _cancels(SMALL, arguments.cancels)


def _arrivals(size: Size, arrivals: int) -> None:
    with engine_of(made(size, torch.device("cpu")), AT_ONCE) as engine:
        taken = [_arrival(engine, turn) for turn in range(arrivals + 1)][1:]
    ratio = median(one.longest / one.usual for one in taken)
    tell(
        f"longest pause of {RUNNING} texts when {LONG_PROMPT:,} tokens arrive, {size.shown}",
        f"{ratio:.1f} x their usual gap ({median(one.longest for one in taken) * 1000:.0f} ms "
        f"against {median(one.usual for one in taken) * 1000:.0f} ms, {arrivals} arrivals)",
        f"<= {GOAL_GAP} x",
        ratio <= GOAL_GAP,
    )


def _arrival(engine: TextEngine, turn: int) -> Arrival:
    running = _fill(engine, RUNNING, turn)
    (prompt,) = prompts([LONG_PROMPT], seed=turn)
    long = submit(engine, prompt, _ONE, user=RUNNING)
    long.wait(FinishReason.LENGTH)
    end = long.tokens[0]
    _until_all_have(running, after=end)
    _end(running)
    before = [b - a for one in running for a, b in pairwise(one.tokens) if b < long.submitted]
    during = [
        b - a for one in running for a, b in pairwise(one.tokens) if b > long.submitted and a < end
    ]
    return Arrival(max(during), median(before))


def _cancels(size: Size, cancels: int) -> None:
    draw = Random(1)
    steps, waits = [], []
    with engine_of(made(size, torch.device("cpu")), AT_ONCE) as engine:
        running = _fill(engine, AT_ONCE, seed=1)
        usual = median(b - a for one in running for a, b in pairwise(one.tokens))
        for turn in range(cancels):
            (prompt,) = prompts([8], seed=turn)
            waiting = submit(engine, prompt, _LONGER_THAN_NEEDED, user=AT_ONCE + turn)
            sleep(draw.uniform(0, 2 * usual))
            cancelled, *rest = running
            at = perf_counter()
            cancelled.cancel()
            running = [*rest, waiting]
            _until_all_have(running, after=at)
            cancelled.wait(FinishReason.CANCELLED)
            steps.append(max(sum(at < t <= waiting.started for t in one.tokens) for one in rest))
            waits.append(waiting.started - at)
        _end(running)
    tell(
        f"cancel to free place, {AT_ONCE} texts, {size.shown}",
        f"at most {max(steps)} decode steps in {cancels} cancels "
        f"({median(waits) * 1000:.1f} ms; a step takes {usual * 1000:.1f} ms)",
        f"<= {GOAL_STEPS} step",
        max(steps) <= GOAL_STEPS,
    )


def _fill(engine: TextEngine, texts: int, seed: int) -> list[Heard]:
    """So many texts being written, each beyond its first tokens."""
    asked = prompts([16] * texts, seed)
    running = [
        submit(engine, prompt, _LONGER_THAN_NEEDED, user) for user, prompt in enumerate(asked)
    ]
    while min(len(one.tokens) for one in running) < _USUAL:
        sleep(_PAUSE_S)
    return running


def _until_all_have(running: Sequence[Heard], after: float) -> None:
    """Until each has a token from after that moment."""
    while not all(one.tokens and one.tokens[-1] > after for one in running):
        sleep(_PAUSE_S)


def _end(running: Sequence[Heard]) -> None:
    for one in running:
        one.cancel()
    for one in running:
        one.wait(FinishReason.CANCELLED)


if __name__ == "__main__":
    main()
