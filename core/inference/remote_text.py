"""A text engine on another server, asked in OpenAI's format."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from core import metrics
from core.config import Settings
from core.generation.limits import check_params
from core.generation.types import FinishReason, TokenEvent
from core.inference.abilities import check_abilities, remote_abilities
from core.inference.remote_health import RemoteHealth
from core.inference.remote_text_client import TextServer
from core.inference.remote_text_reader import Outcome, TextReader
from core.inference.remote_text_sequence import RemoteSequence
from core.inference.room import Room
from core.inference.types import (
    EngineEnd,
    EngineStats,
    ModelEntry,
    ModelInfo,
    TextAbilities,
    TextRequest,
)
from core.trace import current_trace_id

_CLOSE_S = 5.0


class RemoteGenerator:
    """One thread with an event loop reads all streams; see `Generator` for the calls.

    The server is not asked before somebody needs it.
    """

    def __init__(
        self, entry: ModelEntry, settings: Settings, *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._id = entry.id
        self._settings = settings
        self._abilities = remote_abilities(entry)
        self._health = RemoteHealth(clock)
        self._room: Room[RemoteSequence] = Room(
            settings.max_active_streams, settings.max_queued_streams
        )
        self._server = TextServer(entry, settings)
        self._reader = TextReader(entry.id, self._server, self._health, settings)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name=f"remote-text-{entry.id}", daemon=True
        )
        self._thread.start()

    @property
    def abilities(self) -> TextAbilities:
        return self._abilities

    def described(self, info: ModelInfo) -> ModelInfo:
        """`info` with the state of now: waiting for a call, ready, or away for a while."""
        return self._health.described(info)

    def submit(
        self,
        request: TextRequest,
        *,
        on_token: Callable[[TokenEvent], None],
        on_end: Callable[[EngineEnd], None],
        on_start: Callable[[], None] | None = None,
    ) -> RemoteSequence:
        check_params(request.params, self._settings.max_new_tokens)
        check_abilities(request, self._abilities, self._id)
        self._health.check(self._server.asked(request))
        trace_id = current_trace_id()
        sequence = RemoteSequence(request, trace_id, self, on_token, on_end, on_start)
        self._room.enter(sequence)
        self._soon(self._admit)
        return sequence

    def cancel(self, sequence: RemoteSequence) -> None:
        self._soon(self._cancel, sequence)

    def position(self, sequence: RemoteSequence) -> int:
        return self._room.position(sequence)

    def stats(self) -> EngineStats:
        queued, active = self._room.counts()
        return EngineStats(queued, active, self._settings.max_active_streams)

    def close(self) -> None:
        """End every text as cancelled and stop the thread."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(_CLOSE_S)
        self._soon(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _soon(self, call: Callable[..., object], *args: RemoteSequence) -> None:
        with suppress(RuntimeError):  # the loop has ended, and every text with it
            self._loop.call_soon_threadsafe(call, *args)

    async def _stop(self) -> None:
        self._room.close()
        sequences = self._room.everyone()
        for sequence in sequences:
            self._cancel(sequence)
        if running := [sequence.task for sequence in sequences if sequence.task is not None]:
            await asyncio.wait(running)
        await self._server.close()

    def _admit(self) -> None:
        while (sequence := self._room.seat()) is not None:
            self._begin(sequence)
        self._count()

    def _begin(self, sequence: RemoteSequence) -> None:
        sequence.start()
        sequence.task = self._loop.create_task(self._reader.write(sequence))
        sequence.task.add_done_callback(lambda task: self._over(sequence, task))

    def _cancel(self, sequence: RemoteSequence) -> None:
        if sequence.task is not None:
            sequence.task.cancel()
            return
        self._room.leave(sequence)
        sequence.end(FinishReason.CANCELLED, None)
        self._count()

    def _over(self, sequence: RemoteSequence, task: asyncio.Task[Outcome]) -> None:
        self._room.leave(sequence)
        reason, error = (FinishReason.CANCELLED, None) if task.cancelled() else task.result()
        sequence.end(reason, error)
        self._admit()

    def _count(self) -> None:
        queued, active = self._room.counts()
        metrics.queue_depth.labels(self._id).set(queued)
        metrics.active_streams.labels(self._id).set(active)
