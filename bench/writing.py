"""Texts written by the engine, with the moment at which each token was heard of."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from uuid import UUID

from core.config import Settings
from core.generation.types import FinishReason, SamplingParams, TokenEvent
from core.inference.loader import LoadedTextModel
from core.inference.textengine import TextEngine, build_generator
from core.inference.types import EngineEnd, RunningSequence, TextRequest

_PATIENCE_S = 300


@dataclass
class Heard:
    """One text; times are those of `perf_counter`, in seconds."""

    submitted: float = field(default_factory=perf_counter)
    started: float = 0.0
    tokens: list[float] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    end: EngineEnd | None = None
    sequence: RunningSequence | None = None

    def on_start(self) -> None:
        self.started = perf_counter()

    def on_token(self, _: TokenEvent) -> None:
        self.tokens.append(perf_counter())

    def on_end(self, end: EngineEnd) -> None:
        self.end = end
        self.over.set()

    def cancel(self) -> None:
        if self.sequence is not None:
            self.sequence.cancel()

    def wait(self, *expected: FinishReason) -> None:
        """Until its end, which must be one of these: a text cut short would spoil the figure."""
        if not self.over.wait(_PATIENCE_S) or self.end is None:
            raise TimeoutError("the engine did not end a text")
        if self.end.reason not in expected:
            raise RuntimeError(f"a text ended otherwise than by {expected}: {self.end}")


@contextmanager
def engine_of(loaded: LoadedTextModel, places: int) -> Iterator[TextEngine]:
    """The engine as the product builds it, for so many texts at a time."""
    settings = Settings(max_active_streams=places, max_queued_streams=places)
    engine = build_generator(loaded, settings)
    try:
        yield engine
    finally:
        engine.close()


def submit(engine: TextEngine, prompt: str, params: SamplingParams, user: int = 0) -> Heard:
    heard = Heard()
    heard.sequence = engine.submit(
        TextRequest(prompt, params, UUID(int=user)),
        on_token=heard.on_token,
        on_end=heard.on_end,
        on_start=heard.on_start,
    )
    return heard


def write(engine: TextEngine, prompts: Sequence[str], params: SamplingParams) -> list[Heard]:
    """One text for each prompt, of a user each, all to their limit."""
    heard = [submit(engine, prompt, params, user) for user, prompt in enumerate(prompts)]
    for one in heard:
        one.wait(FinishReason.LENGTH)
    return heard
