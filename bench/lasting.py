"""Memory after 2,000 texts against after 100: ``python -m bench.lasting``.

Prompts, lengths and settings at random, up to 24 at a time on 16 places; with every third, one of
them is cancelled. Counted is what the process holds in RAM while the engine rests.
"""

import argparse
import gc
import os
from collections import deque
from pathlib import Path
from random import Random

import torch

from bench.figures import tell
from bench.llamas import SMALL, made, prompts
from bench.streams import AT_ONCE
from bench.writing import Heard, engine_of, submit
from core.generation.types import FinishReason, SamplingParams
from core.inference.textengine import TextEngine

EARLY = 100
GOAL = 1.02
_PENDING = 24
_LONGEST_PROMPT, _LONGEST_TEXT = 48, 32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=2000)
    texts = parser.parse_args().texts
    with engine_of(made(SMALL, torch.device("cpu")), AT_ONCE) as engine:
        cancelled = _write(engine, range(EARLY))
        early = _resident()
        cancelled += _write(engine, range(EARLY, texts))
        late = _resident()
    ratio = late / early
    tell(
        f"memory after {texts:,} texts ({cancelled} of them cancelled), {SMALL.shown}",
        f"{ratio:.3f} x that after {EARLY} "
        f"({late / 2**20:.0f} MiB against {early / 2**20:.0f} MiB)",
        f"<= {GOAL} x",
        ratio <= GOAL,
    )


def _write(engine: TextEngine, turns: range) -> int:
    """One text for each turn, all ended; how many of them by a cancel."""
    draw = Random(turns.start)
    pending: deque[Heard] = deque()
    cancelled = 0
    for turn in turns:
        (prompt,) = prompts([draw.randint(1, _LONGEST_PROMPT)], seed=turn)
        pending.append(submit(engine, prompt, _some(draw), user=turn % _PENDING))
        if turn % 3 == 0:
            draw.choice(pending).cancel()
        if len(pending) == _PENDING:
            cancelled += _ended(pending.popleft())
    return cancelled + sum(map(_ended, pending))


def _some(draw: Random) -> SamplingParams:
    return SamplingParams(
        max_new_tokens=draw.randint(1, _LONGEST_TEXT),
        temperature=draw.choice((0, 0.7)),
        top_p=draw.choice((1, 0.9)),
        repetition_penalty=draw.choice((1, 1.1)),
        top_logprobs=draw.choice((0, 5)),
    )


def _ended(text: Heard) -> bool:
    """Wait for its end; whether that was a cancel."""
    text.wait(FinishReason.LENGTH, FinishReason.CANCELLED)
    return text.end is not None and text.end.reason is FinishReason.CANCELLED


def _resident() -> int:
    """Bytes of this process in RAM; see proc_pid_statm(5)."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
