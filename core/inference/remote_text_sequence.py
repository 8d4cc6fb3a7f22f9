"""One text on its way from another server: its pieces, and its one end."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol
from uuid import UUID

import structlog

from core.generation.types import FinishReason, TokenEvent
from core.inference.remote_text_format import Chunk, Counts, Written, whole_characters
from core.inference.stops import StopCutter
from core.inference.types import EngineEnd, TextRequest

log = structlog.get_logger()

_ENDS = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH}
"""The words for a text that is whole, or as long as was asked for."""


class Engine(Protocol):
    """Whom anybody may ask about a sequence, from any thread."""

    def cancel(self, sequence: "RemoteSequence") -> None: ...

    def position(self, sequence: "RemoteSequence") -> int: ...


@dataclass(eq=False)
class RemoteSequence:
    """Only the engine's thread touches what is not `cancel`, `position` or `user`."""

    request: TextRequest
    trace_id: str
    engine: Engine
    on_token: Callable[[TokenEvent], None]
    on_end: Callable[[EngineEnd], None]
    on_start: Callable[[], None] | None
    task: asyncio.Task[tuple[FinishReason, str | None]] | None = None
    finish: FinishReason | None = None
    met_stop: bool = False
    counts: Counts | None = None
    pieces: int = 0
    submitted_at: float = field(default_factory=monotonic)
    _ended: bool = False
    _half: str = ""
    """The first half of a character beyond 16 bits, which some servers tear apart."""

    def __post_init__(self) -> None:
        self._text = StopCutter(self.request.params.stop)

    @property
    def user(self) -> UUID:
        return self.request.user

    def cancel(self) -> None:
        """Ask for the end: the connection is closed within a moment, the text so far is kept."""
        self.engine.cancel(self)

    def position(self) -> int:
        """Its place in the queue, the next to begin at 1; 0 once it has begun."""
        return self.engine.position(self)

    def start(self) -> None:
        if self.on_start is not None:
            self._tell(self.on_start)

    def take(self, chunk: Chunk) -> None:
        """Tell what a chunk brings, and take note of the end if it holds that."""
        self.counts = chunk.counts or self.counts
        for written in chunk.written:
            text, self.met_stop = self._text.push(self._whole(written.text))
            self._tell_written(written, text)
            if self.met_stop:
                self.finish = FinishReason.STOP
                return
        if chunk.finish in _ENDS:
            self.finish = _ENDS[chunk.finish]
            if held := self._text.flush():
                self._tell_written(Written(""), held)

    def end(self, reason: FinishReason, error: str | None) -> None:
        """Tell the end, unless it was told before. The text is what the pieces add up to."""
        if self._ended:
            return
        self._ended = True
        counts = self.counts
        end = EngineEnd(
            reason=reason,
            prompt_tokens=counts.prompt_tokens if counts else 0,
            completion_tokens=counts.completion_tokens if counts else self.pieces,
            text=self._text.text,
            error=error,
            exact=counts is not None,
        )
        self._tell(lambda: self.on_end(end))

    def _whole(self, text: str) -> str:
        text = self._half + text
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        return whole_characters(text[: len(text) - len(self._half)])

    def _tell_written(self, written: Written, text: str) -> None:
        event = TokenEvent(
            output=self.request.output,
            index=self.pieces,
            text=text,
            token_id=None,
            logprob=written.logprob,
            top=written.top,
        )
        self.pieces += 1
        self._tell(lambda: self.on_token(event))

    def _tell(self, call: Callable[[], None]) -> None:
        """A listener's error ends its own sequence, never the engine."""
        try:
            call()
        except Exception:
            log.exception("sequence_listener_failed")
            self.cancel()
