"""First token of 16 texts that arrive at once: ``python -m bench.first_token``.

Against transformers' continuous batching, each over weights of its own; every burst brings prompts
never seen before.
"""

import argparse
from statistics import median

import torch

from bench.figures import tell
from bench.llamas import LARGE, SMALL, Size, made, prompts
from bench.offline import use_own_threads
from bench.paged import paged
from bench.streams import AT_ONCE
from bench.writing import engine_of, write
from core.generation.types import SamplingParams

GOAL_MEDIAN, GOAL_MAXIMUM = 1.0, 1.1
_LENGTHS = [32 + 4 * place for place in range(AT_ONCE)]
_AFTER = SamplingParams(max_new_tokens=8, temperature=0)
"""What each goes on to write."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=9)
    pairs = parser.parse_args().pairs
    for size in (SMALL, LARGE):
        _measure(size, pairs)


def _measure(size: Size, pairs: int) -> None:
    own, theirs = [], []
    loaded, other = made(size, torch.device("cpu")), made(size, torch.device("cpu"))
    use_own_threads(loaded)
    with engine_of(loaded, AT_ONCE) as engine, paged(other) as peer:

        def ours(asked: list[str]) -> None:
            heard = write(engine, asked, _AFTER)
            own.append([one.tokens[0] - one.submitted for one in heard])

        def peers(asked: list[str]) -> None:
            theirs.append(peer.first_tokens(asked, _AFTER.max_new_tokens))

        for turn in range(pairs + 1):
            sides = (ours, peers) if turn % 2 else (peers, ours)
            for side in sides:
                side(prompts(_LENGTHS, seed=turn))
    for shown, of, goal in (("median", median, GOAL_MEDIAN), ("maximum", max, GOAL_MAXIMUM)):
        told = [(of(ours), of(others)) for ours, others in zip(own[1:], theirs[1:], strict=True)]
        ratio = median(one / other for one, other in told)
        ms, other_ms = (median(side) * 1000 for side in zip(*told, strict=True))
        tell(
            f"first token, {AT_ONCE} arriving at once, {shown}, {size.shown}",
            f"{ratio:.2f} x that of continuous batching ({ms:.0f} ms against {other_ms:.0f} ms, "
            f"{pairs} pairs)",
            f"<= {goal} x",
            ratio <= goal,
        )


if __name__ == "__main__":
    main()
