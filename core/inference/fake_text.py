"""The text half of `builtin:fake`."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from uuid import UUID

from core import metrics
from core.config import Settings
from core.generation.limits import check_params
from core.generation.types import FinishReason, TokenEvent
from core.inference.fake import pace_of
from core.inference.fake_words import ENTROPY, LOGPROBS, alternatives, token_id, word
from core.inference.room import Room
from core.inference.stops import StopCutter
from core.inference.types import (
    EngineEnd,
    EngineStats,
    ModelEntry,
    TextAbilities,
    TextRequest,
)
from core.runs.types import Task
from core.trace import current_trace_id


@dataclass(eq=False)
class _Sequence:
    """One text being written; only the engine's thread touches what is not the event."""

    request: TextRequest
    on_token: Callable[[TokenEvent], None]
    on_end: Callable[[EngineEnd], None]
    on_start: Callable[[], None] | None
    engine: "FakeGenerator"
    cancelled: threading.Event = field(default_factory=threading.Event)
    written: int = 0
    due: float = 0.0
    submitted: float = field(default_factory=perf_counter)
    trace_id: str = field(default_factory=current_trace_id)

    def __post_init__(self) -> None:
        request, lead = self.request, self.request.lead
        self.text = StopCutter(request.params.stop)
        self.first = (request.params.seed or 0) + request.output
        prompt = request.prompt
        parts = [prompt] if isinstance(prompt, str) else [one.content for one in prompt]
        self.prompt_tokens = sum(len(part.split()) for part in parts)
        if lead is not None:
            words = len(lead.token_ids) or len(lead.text.split())
            self.first = lead.token_ids[-1] + 1 if lead.token_ids else self.first + words
            self.prompt_tokens += words

    @property
    def user(self) -> UUID:
        return self.request.user

    def cancel(self) -> None:
        self.cancelled.set()
        self.engine.wake()

    def position(self) -> int:
        return self.engine.position(self)


class FakeGenerator:
    """Writes `max_new_tokens` words of a fixed list in turn; a seed chooses where to begin.

    After a lead it goes on where that ended.
    """

    def __init__(self, entry: ModelEntry, settings: Settings) -> None:
        pace = pace_of(entry)
        self._step = 1 / pace if pace else 0.0
        self._id = entry.id
        self._places, self._most_tokens = settings.max_active_streams, settings.max_new_tokens
        self._room: Room[_Sequence] = Room(self._places, settings.max_queued_streams)
        self._running: list[_Sequence] = []
        self._news = threading.Event()
        self._closing = False
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
        sequence = _Sequence(request, on_token, on_end, on_start, self)
        self._room.enter(sequence)
        self.wake()
        return sequence

    def wake(self) -> None:
        self._news.set()

    def position(self, sequence: _Sequence) -> int:
        return self._room.position(sequence)

    def stats(self) -> EngineStats:
        return EngineStats(*self._room.counts(), self._places)

    def close(self) -> None:
        """End every text as cancelled and stop the thread."""
        self._closing = True
        self.wake()
        self._thread.join()

    def _work(self) -> None:
        while not self._closing:
            for sequence in self._room.everyone():
                if sequence.cancelled.is_set():
                    self._end(sequence, FinishReason.CANCELLED)
            while (taken := self._room.seat()) is not None:
                self._begin(taken)
            for sequence in [one for one in self._running if one.due <= perf_counter()]:
                self._write(sequence)
            self._pause()
        self._room.close()
        for sequence in self._room.everyone():
            self._end(sequence, FinishReason.CANCELLED)
        self._count()

    def _begin(self, sequence: _Sequence) -> None:
        """It falls in with the others: an engine's step writes a word of each."""
        sequence.due = min((one.due for one in self._running), default=perf_counter() + self._step)
        self._running.append(sequence)
        metrics.model_calls_total.labels(Task.GENERATION, self._id).inc()
        if sequence.on_start is not None:
            sequence.on_start()

    def _pause(self) -> None:
        """Sleep until the next word is due, or something is new."""
        self._count()
        soonest = min((one.due - perf_counter() for one in self._running), default=None)
        if soonest is None or soonest > 0:
            self._news.wait(soonest)
        self._news.clear()

    def _count(self) -> None:
        queued, active = self._room.counts()
        metrics.queue_depth.labels(self._id).set(queued)
        metrics.active_streams.labels(self._id).set(active)

    def _write(self, sequence: _Sequence) -> None:
        params, place = sequence.request.params, sequence.first + sequence.written
        begins = sequence.written == 0 and sequence.request.lead is None
        text, met = sequence.text.push(word(place, first=begins))
        last = sequence.written + 1 >= params.max_new_tokens
        if last and not met:
            text += sequence.text.flush()
        event = TokenEvent(
            output=sequence.request.output,
            index=sequence.written,
            text=text,
            token_id=token_id(place),
            logprob=LOGPROBS[0],
            top=alternatives(place, params.top_logprobs, first=begins),
            entropy=ENTROPY if params.top_logprobs else None,
        )
        if sequence.written == 0:
            waited = perf_counter() - sequence.submitted
            metrics.first_token_seconds.labels(self._id).observe(
                waited, {"trace_id": sequence.trace_id}
            )
        metrics.tokens_total.labels(self._id).inc()
        sequence.written += 1
        sequence.due += self._step
        sequence.on_token(event)
        if met or last:
            self._end(sequence, FinishReason.STOP if met else FinishReason.LENGTH)

    def _end(self, sequence: _Sequence, reason: FinishReason) -> None:
        if sequence in self._running:
            self._running.remove(sequence)
        self._room.leave(sequence)
        sequence.on_end(
            EngineEnd(reason, sequence.prompt_tokens, sequence.written, sequence.text.text)
        )
