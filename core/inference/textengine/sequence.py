"""One sequence being written: its tokens, its text and its one end."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import structlog

from core.generation.types import Alternative, FinishReason, SamplingParams, TokenEvent
from core.inference.textengine.cache import SPARE
from core.inference.textengine.detokenise import TextBuilder, Vocabulary
from core.inference.textengine.sampling import Drawn, Sampler
from core.inference.types import EngineEnd
from core.trace import current_trace_id

log = structlog.get_logger()


@dataclass(frozen=True)
class Callbacks:
    """Who hears of a sequence. Called one at a time, `end` last and exactly once."""

    token: Callable[[TokenEvent], None]
    end: Callable[[EngineEnd], None]
    start: Callable[[], None] | None = None


class Queue(Protocol):
    """Where sequences wait for a place."""

    def wake(self) -> None: ...

    def position(self, row: "TextSequence") -> int: ...


@dataclass(eq=False)
class TextSequence:
    """State of one request inside the engine.

    The engine's thread starts and grows it; `end` may come from the watchdog's thread too, and
    the lock makes sure that nothing is told after the end.
    """

    prompt_ids: list[int]
    """What the model reads, the lead included."""
    lead_ids: Sequence[int]
    lead_text: str | None
    params: SamplingParams
    user: UUID
    output: int
    sampler: Sampler
    vocabulary: Vocabulary
    eos_ids: frozenset[int]
    callbacks: Callbacks
    places: Queue
    ids: list[int] = field(default_factory=list)
    """Tokens written."""
    cancelled: bool = False
    ended: bool = False
    admitted: bool = False
    trace_id: str = field(default_factory=current_trace_id)
    submitted_at: float = field(default_factory=time.monotonic)
    progress_at: float = field(default_factory=time.monotonic)
    started_at: float | None = None

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._text = TextBuilder(self.vocabulary, self.params.stop, self.lead_ids, self.lead_text)

    @property
    def length(self) -> int:
        """Tokens of prompt and output the model has read, the newest token not counted."""
        return len(self.prompt_ids) + len(self.ids) - 1

    @property
    def most_tokens(self) -> int:
        """Columns of the cache it may come to fill, those allocated ahead counted."""
        return len(self.prompt_ids) + self.params.max_new_tokens + SPARE

    def cancel(self) -> None:
        """Ask for the end; it comes within one step, with the text so far."""
        self.cancelled = True
        self.places.wake()

    def position(self) -> int:
        """Its place in the queue, the next to begin at 1; 0 once it has begun."""
        return self.places.position(self)

    def start(self) -> None:
        """The sequence has a place: tell, once."""
        with self._lock:
            self.admitted = True
            self.progress_at = self.started_at = time.monotonic()
            if not self.ended and self.callbacks.start is not None:
                self._tell(self.callbacks.start)

    def accept(self, drawn: Drawn) -> None:
        """Take the next token, tell it, and end where it is the last."""
        with self._lock:
            if self.ended:
                return
            self.progress_at = time.monotonic()
            self.ids.append(drawn.token_id)
            text, reason = self._grow(drawn.token_id)
            name = self.vocabulary.name
            event = TokenEvent(
                output=self.output,
                index=len(self.ids) - 1,
                text=text,
                token_id=drawn.token_id,
                logprob=drawn.logprob,
                top=tuple(Alternative(name(i), value, i) for i, value in drawn.top),
                entropy=drawn.entropy,
            )
            self._tell(lambda: self.callbacks.token(event))
            if reason is not None:
                self.end(reason)

    def _grow(self, token_id: int) -> tuple[str, FinishReason | None]:
        if token_id in self.eos_ids:
            return self._text.flush(), FinishReason.STOP
        text, stop_met = self._text.push(token_id)
        if stop_met:
            return text, FinishReason.STOP
        if len(self.ids) >= self.params.max_new_tokens:
            return text + self._text.flush(), FinishReason.LENGTH
        return text, None

    def end(self, reason: FinishReason, error: str | None = None) -> None:
        """Tell the end, unless it was told before. The text is what the tokens' texts add up to."""
        with self._lock:
            if self.ended:
                return
            self.ended = True
            end = EngineEnd(
                reason=reason,
                prompt_tokens=len(self.prompt_ids),
                completion_tokens=len(self.ids),
                text=self._text.text,
                error=error,
            )
            self._tell(lambda: self.callbacks.end(end))

    def _tell(self, call: Callable[[], None]) -> None:
        """A listener's error ends its own sequence, never the engine."""
        try:
            call()
        except Exception:
            log.exception("sequence_listener_failed")
            self.cancelled = True
