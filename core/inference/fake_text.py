"""The text half of `builtin:fake`."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from core import metrics
from core.config import Settings
from core.errors import LimitReached, Unavailable
from core.generation.limits import check_params
from core.generation.types import FinishReason, SamplingParams, TokenEvent
from core.inference.fake import pace_of
from core.inference.types import (
    EngineEnd,
    EngineStats,
    ModelEntry,
    TextAbilities,
    TextRequest,
)
from core.runs.types import Task

_WORDS = ("one", "calm", "word", "after", "another", "fills", "the", "line", "until", "its", "end")


@dataclass(eq=False)
class _Sequence:
    """One text being written; only the engine's thread touches what is not the event."""

    prompt_tokens: int
    params: SamplingParams
    output: int
    on_token: Callable[[TokenEvent], None]
    on_end: Callable[[EngineEnd], None]
    on_start: Callable[[], None] | None
    engine: "FakeGenerator"
    cancelled: threading.Event = field(default_factory=threading.Event)
    text: str = ""
    written: int = 0
    due: float = 0.0
    submitted: float = field(default_factory=perf_counter)

    def cancel(self) -> None:
        self.cancelled.set()

    def position(self) -> int:
        return self.engine.position(self)


class FakeGenerator:
    """Writes `max_new_tokens` words from a fixed list; a seed chooses where in it to begin."""

    def __init__(self, entry: ModelEntry, settings: Settings) -> None:
        pace = pace_of(entry)
        self._step = 1 / pace if pace else 0.0
        self._id = entry.id
        self._places, self._queue_limit = settings.max_active_streams, settings.max_queued_streams
        self._most_tokens = settings.max_new_tokens
        self._waiting: deque[_Sequence] = deque()
        self._running: list[_Sequence] = []
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="fake-generator", daemon=True)
        self._thread.start()

    @property
    def abilities(self) -> TextAbilities:
        return TextAbilities()

    def submit(
        self,
        request: TextRequest,
        *,
        on_token: Callable[[TokenEvent], None],
        on_end: Callable[[EngineEnd], None],
        on_start: Callable[[], None] | None = None,
    ) -> _Sequence:
        check_params(request.params, self._most_tokens)
        prompt = request.prompt
        text = prompt if isinstance(prompt, str) else " ".join(m.content for m in prompt)
        sequence = _Sequence(
            len(text.split()), request.params, request.output, on_token, on_end, on_start, self
        )
        with self._changed:
            if self._closed:
                raise Unavailable("The engine has stopped; try again shortly.", retry_after=5)
            if len(self._waiting) >= self._queue_limit:
                raise LimitReached(
                    f"{self._queue_limit} texts are waiting already; try again shortly.",
                    facts={"max_queued_streams": self._queue_limit},
                    retry_after=2,
                )
            self._waiting.append(sequence)
            self._changed.notify()
        return sequence

    def position(self, sequence: _Sequence) -> int:
        with self._changed:
            return self._waiting.index(sequence) + 1 if sequence in self._waiting else 0

    def stats(self) -> EngineStats:
        return EngineStats(len(self._waiting), len(self._running), self._places)

    def close(self) -> None:
        """End every text as cancelled and stop the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._waiting or self._running)
                if self._closed:
                    break
                dropped = self._drop_cancelled()
                began = self._admit()
            for sequence in dropped:
                self._end(sequence, FinishReason.CANCELLED)
            for sequence in began:
                metrics.model_calls_total.labels(Task.GENERATION, self._id).inc()
                if sequence.on_start is not None:
                    sequence.on_start()
            for sequence in list(self._running):
                self._advance(sequence)
            metrics.queue_depth.labels(self._id).set(len(self._waiting))
            metrics.active_streams.labels(self._id).set(len(self._running))
            self._pause()
        for sequence in [*self._running, *self._waiting]:
            self._end(sequence, FinishReason.CANCELLED)

    def _drop_cancelled(self) -> list[_Sequence]:
        dropped = [sequence for sequence in self._waiting if sequence.cancelled.is_set()]
        for sequence in dropped:
            self._waiting.remove(sequence)
        return dropped

    def _admit(self) -> list[_Sequence]:
        began = []
        while self._waiting and len(self._running) < self._places:
            sequence = self._waiting.popleft()
            sequence.due = perf_counter() + self._step
            self._running.append(sequence)
            began.append(sequence)
        return began

    def _pause(self) -> None:
        """Sleep until the next word is due, or a new text comes."""
        soonest = min((s.due for s in self._running), default=0.0)
        if soonest > (now := perf_counter()):
            with self._changed:
                self._changed.wait(min(soonest - now, 0.05))

    def _advance(self, sequence: _Sequence) -> None:
        if sequence.cancelled.is_set():
            self._end(sequence, FinishReason.CANCELLED)
        elif sequence.due <= perf_counter():
            sequence.due += self._step
            self._write(sequence)

    def _write(self, sequence: _Sequence) -> None:
        place = ((sequence.params.seed or 0) + sequence.output + sequence.written) % len(_WORDS)
        word = ("" if sequence.written == 0 else " ") + _WORDS[place]
        event = TokenEvent(sequence.output, sequence.written, word, place, 0.0)
        if sequence.written == 0:
            waited = perf_counter() - sequence.submitted
            metrics.first_token_seconds.labels(self._id).observe(waited)
        metrics.tokens_total.labels(self._id).inc()
        sequence.text += word
        sequence.written += 1
        met = [sequence.text.find(s) for s in sequence.params.stop if s and s in sequence.text]
        sequence.on_token(event)
        if met:
            sequence.text = sequence.text[: min(met)]
            self._end(sequence, FinishReason.STOP)
        elif sequence.written >= sequence.params.max_new_tokens:
            self._end(sequence, FinishReason.LENGTH)

    def _end(self, sequence: _Sequence, reason: FinishReason) -> None:
        if sequence in self._running:
            self._running.remove(sequence)
        sequence.on_end(EngineEnd(reason, sequence.prompt_tokens, sequence.written, sequence.text))
