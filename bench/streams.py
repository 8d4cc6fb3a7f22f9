"""16 texts written at once against `generate()` on the same batch: ``python -m bench.streams``.

Everything is taken in total tokens/s from the first request to the last token; offline, nobody
sees a token before that. Greedy, and drawn at the temperature that a page begins with.
"""

import argparse
from functools import partial

import torch

from bench.figures import alternating, tell
from bench.llamas import LARGE, SMALL, Size, made, prompts
from bench.offline import generate, use_own_threads
from bench.writing import engine_of, write
from core.generation.types import SamplingParams

AT_ONCE = 16
LENGTHS = [16 + 6 * place for place in range(AT_ONCE)]
"""Of the prompts, in tokens."""
GOAL = 0.95
_TOKENS = ((SMALL, 128), (LARGE, 32))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    pairs = parser.parse_args().pairs
    for size, tokens in _TOKENS:
        greedy = SamplingParams(max_new_tokens=tokens, temperature=0)
        _measure(size, greedy, "greedy", pairs)
        drawn = SamplingParams(max_new_tokens=tokens)
        _measure(size, drawn, f"drawn at {drawn.temperature:g}", pairs)


def _measure(size: Size, params: SamplingParams, how: str, pairs: int) -> None:
    loaded = made(size, torch.device("cpu"))
    asked = prompts(LENGTHS, seed=1)
    use_own_threads(loaded)
    with engine_of(loaded, AT_ONCE) as engine:
        taken = alternating(
            partial(write, engine, asked, params),
            partial(generate, loaded, asked, params),
            pairs,
            warm_up=1,
        )
    share = 1 / taken.ratio
    tell(
        f"{AT_ONCE} streams of {params.max_new_tokens} tokens, {size.shown}, {how}",
        f"{share:.2f} x the tokens/s of generate() on the batch ({taken}, {pairs} pairs)",
        f">= {GOAL}",
        share >= GOAL,
    )


if __name__ == "__main__":
    main()
