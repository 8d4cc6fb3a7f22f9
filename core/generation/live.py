"""A run while it is written: what the engine tells, kept in memory for whoever follows."""

import time
from collections.abc import Callable
from dataclasses import replace

from core.generation.stream import LiveStream
from core.generation.types import (
    FinishReason,
    GenerationRun,
    Output,
    TokenEvent,
    Usage,
    Writing,
)
from core.inference.types import EngineEnd, RunningSequence
from core.permissions import Actor, Face
from core.trace import current_trace_id


class LiveRun(LiveStream):
    """The engine's side of a stream: takes tokens and ends, never blocks, calls `on_end` once."""

    def __init__(self, run: GenerationRun, face: Face, on_end: Callable[["LiveRun"], None]) -> None:
        super().__init__(run)
        self.face = face
        self.trace_id = current_trace_id()
        self.refusal: str | None = None
        """Code of the error with which the engine refused it."""
        self.stopped_by: Actor | None = None
        """Who asked for its end, where somebody did."""
        self._on_end = on_end
        self._began = time.monotonic()
        self._timings: dict[str, float] = {}
        self._texts: list[list[str]] = [[] for _ in range(run.params.n)]
        self._ends: list[EngineEnd | None] = [None] * run.params.n
        self._sequences: list[RunningSequence] = []
        self._cancelled = False

    @property
    def ended(self) -> bool:
        return None not in self._ends

    def outcome(self) -> tuple[GenerationRun, list[TokenEvent], list[EngineEnd]]:
        """What is to be recorded once all outputs have ended; the status is not judged yet."""
        with self._changed:
            return self._so_far(), list(self._events), [end for end in self._ends if end]

    def started(self, sequence: RunningSequence) -> None:
        """A sequence was submitted; it is cancelled at once if the run already is."""
        with self._changed:
            self._sequences.append(sequence)
            cancelled = self._cancelled
        if cancelled:
            sequence.cancel()

    def position(self) -> int:
        with self._changed:
            sequences = tuple(self._sequences)
        return min((sequence.position() for sequence in sequences), default=0)

    def writing(self) -> Writing:
        run = self._run
        with self._changed:
            tokens = len(self._events)
        return Writing(
            run_id=run.id,
            user_id=run.user_id,
            model=run.model,
            face=self.face,
            began_at=run.created_at,
            tokens=tokens,
            most_tokens=run.params.max_new_tokens * run.params.n,
            position=self.position(),
        )

    def cancel(self) -> None:
        with self._changed:
            self._cancelled = True
            sequences = tuple(self._sequences)
        for sequence in sequences:
            sequence.cancel()

    def on_start(self) -> None:
        with self._changed:
            self._timings.setdefault("queue", self._elapsed_ms())

    def on_token(self, event: TokenEvent) -> None:
        with self._changed:
            self._timings.setdefault("first_token", self._elapsed_ms())
            self._events.append(event)
            self._texts[event.output].append(event.text)
            self._tell()

    def end_of(self, output: int) -> Callable[[EngineEnd], None]:
        """The listener for the end of one output."""

        def on_end(end: EngineEnd) -> None:
            with self._changed:
                self._ends[output] = end
                ended = self.ended
                if ended:
                    self._timings["total"] = self._elapsed_ms()
            if ended:
                self._on_end(self)

        return on_end

    def refuse(self, first: int, code: str, message: str) -> None:
        """Outputs from `first` on were not taken by the engine; the others are cancelled."""
        self.refusal = code
        self.cancel()
        for output in range(first, len(self._ends)):
            refused = EngineEnd(FinishReason.ERROR, 0, 0, "", message)
            self.end_of(output)(refused)

    def _elapsed_ms(self) -> float:
        return round((time.monotonic() - self._began) * 1000, 1)

    def _so_far(self) -> GenerationRun:
        outputs = tuple(
            Output("".join(texts), end.reason if end else None)
            for texts, end in zip(self._texts, self._ends, strict=True)
        )
        ends = [end for end in self._ends if end is not None]
        written = (
            end.completion_tokens if end else len(texts)
            for texts, end in zip(self._texts, self._ends, strict=True)
        )
        usage = Usage(
            max((end.prompt_tokens for end in ends), default=0),
            sum(written),
            exact=all(end.exact for end in ends),
        )
        return replace(self._run, outputs=outputs, usage=usage, timings_ms=dict(self._timings))
