"""16 texts written at once against what apps do without an engine: ``python -m bench.streamers``.

A thread per user with `TextIteratorStreamer`, as a Gradio or plain Streamlit app has it; and users
in turn, with the whole text read again for each token. Taken in total tokens/s, all texts greedy.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch

from bench.figures import alternating, tell
from bench.llamas import LARGE, SMALL, Size, made, prompts
from bench.offline import read_again, thread_per_user, use_own_threads
from bench.streams import AT_ONCE, LENGTHS
from bench.writing import engine_of, write
from core.generation.types import SamplingParams
from core.inference.loader import LoadedTextModel


@dataclass(frozen=True)
class Peer:
    """`every`: it writes one token of so many, and its time counts as often."""

    shown: str
    write: Callable[[LoadedTextModel, list[str], SamplingParams], object]
    tokens: int
    goal: float
    every: int = 1


def _read_again(every: int, tokens: int) -> Peer:
    shown = "everything read again per token"
    return Peer(shown, partial(read_again, every=every), tokens, goal=25, every=every)


def _streamers(tokens: int) -> Peer:
    return Peer("a thread per user with TextIteratorStreamer", thread_per_user, tokens, goal=6)


_PEERS = (
    (SMALL, _streamers(48)),
    (SMALL, _read_again(64, tokens=256)),
    (LARGE, _streamers(16)),
    (LARGE, _read_again(32, tokens=64)),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=3)
    pairs = parser.parse_args().pairs
    for size, peer in _PEERS:
        _measure(size, peer, pairs)


def _measure(size: Size, peer: Peer, pairs: int) -> None:
    loaded = made(size, torch.device("cpu"))
    asked = prompts(LENGTHS, seed=1)
    params = SamplingParams(max_new_tokens=peer.tokens, temperature=0)
    use_own_threads(loaded)
    with engine_of(loaded, AT_ONCE) as engine:
        write(engine, asked, params)
        taken = alternating(
            partial(write, engine, asked, params),
            partial(peer.write, loaded, asked, params),
            pairs,
            warm_up=0,
        )
    times = peer.every / taken.ratio
    part = f", one token of {peer.every} timed" if peer.every > 1 else ""
    tell(
        f"{AT_ONCE} streams of {peer.tokens} tokens, {size.shown}",
        f"{times:.1f} x the tokens/s of {peer.shown} ({taken}{part}, {pairs} pairs)",
        f">= {peer.goal:g} x",
        times >= peer.goal,
    )


if __name__ == "__main__":
    main()
