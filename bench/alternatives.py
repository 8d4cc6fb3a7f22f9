"""Log-probabilities with five alternatives against none: ``python -m bench.alternatives``.

16 texts at once, drawn at the temperature that a page begins with.
"""

import argparse
from dataclasses import replace
from functools import partial

import torch

from bench.figures import alternating, tell
from bench.llamas import LARGE, SMALL, Size, made, prompts
from bench.streams import AT_ONCE, LENGTHS
from bench.writing import engine_of, write
from core.generation.types import SamplingParams

GOAL = 1.10
TOP = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=7)
    pairs = parser.parse_args().pairs
    for size, tokens in ((SMALL, 96), (LARGE, 24)):
        _measure(size, SamplingParams(max_new_tokens=tokens), pairs)


def _measure(size: Size, off: SamplingParams, pairs: int) -> None:
    asked = prompts(LENGTHS, seed=1)
    with engine_of(made(size, torch.device("cpu")), AT_ONCE) as engine:
        taken = alternating(
            partial(write, engine, asked, replace(off, top_logprobs=TOP)),
            partial(write, engine, asked, off),
            pairs,
            warm_up=1,
        )
    tell(
        f"{TOP} alternatives per token, {AT_ONCE} streams, {size.shown}",
        f"{taken.ratio:.3f} x the time without ({taken}, {pairs} pairs)",
        f"<= {GOAL} x",
        taken.ratio <= GOAL,
    )


if __name__ == "__main__":
    main()
