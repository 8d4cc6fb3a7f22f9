"""1, 16 and 64 texts at once on a GPU: ``python -m bench.on_gpu``.

Total tokens/s against `generate()` on the same batch and against transformers' continuous batching,
and the median first token against the latter's; greedy, in half precision.
"""

import argparse
from functools import partial
from statistics import median

import torch

from bench.figures import WARM_UP, alternating, tell
from bench.llamas import LARGE, made, prompts
from bench.offline import generate
from bench.paged import paged
from bench.streams import AT_ONCE, GOAL
from bench.writing import engine_of, write
from core.generation.types import SamplingParams
from core.inference.device import device_name

_STREAMS = (1, AT_ONCE, 64)
_PROMPT_TOKENS = 64
_BLOCKS = 256


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=256, help="of each text")
    parser.add_argument("--cpu", action="store_true", help="without a GPU, on the CPU")
    arguments = parser.parse_args()
    if not (torch.cuda.is_available() or arguments.cpu):
        print(f"{_STREAMS} streams on a GPU: not measured, there is none", flush=True)
        return
    device = torch.device("cpu" if arguments.cpu else "cuda")
    for streams in _STREAMS:
        _measure(device, streams, arguments.tokens, arguments.pairs)


def _measure(device: torch.device, streams: int, tokens: int, pairs: int) -> None:
    loaded, other = made(LARGE, device), made(LARGE, device)
    asked = prompts([_PROMPT_TOKENS] * streams, seed=1)
    params = SamplingParams(max_new_tokens=tokens, temperature=0)
    firsts: list[float] = []
    other_firsts: list[float] = []
    with engine_of(loaded, streams) as engine, paged(other, _BLOCKS) as peer:

        def ours() -> None:
            heard = write(engine, asked, params)
            firsts.append(median(one.tokens[0] - one.submitted for one in heard))

        def peers() -> None:
            other_firsts.append(median(peer.first_tokens(asked, tokens)))

        offline = alternating(
            partial(write, engine, asked, params), partial(generate, loaded, asked, params), pairs
        )
        batched = alternating(ours, peers, pairs)
    share = 1 / offline.ratio
    first, other_first = (median(side[WARM_UP:]) * 1000 for side in (firsts, other_firsts))
    tell(
        f"{streams} streams of {tokens} tokens on {device_name(device)}, {LARGE.shown}",
        f"{streams * tokens / median(offline.ours):,.0f} tokens/s, {share:.2f} x generate(), "
        f"{1 / batched.ratio:.2f} x continuous batching; first token {first:.1f} ms "
        f"against {other_first:.1f} ms ({pairs} pairs)",
        f">= {GOAL} x generate() at {AT_ONCE}",
        streams != AT_ONCE or share >= GOAL,
    )


if __name__ == "__main__":
    main()
