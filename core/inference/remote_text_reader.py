"""One answer of a server that writes text, from its request to its end."""

import asyncio
from contextlib import aclosing
from time import monotonic

import structlog

from core import metrics
from core.config import Settings
from core.errors import GlimpseError, Unavailable
from core.generation.types import FinishReason
from core.inference.remote_failures import Failure, Server
from core.inference.remote_health import RemoteHealth
from core.inference.remote_text_client import TextServer
from core.inference.remote_text_format import Chunk
from core.inference.remote_text_sequence import RemoteSequence
from core.inference.types import ModelState
from core.runs.types import Task

log = structlog.get_logger()

_COUNTS_S = 2.0
"""How long counts may take to come after the end of a text."""

Outcome = tuple[FinishReason, str | None]
"""How a text ended, and why if it failed."""


class TextReader:
    """Reads for one model; what it meets it also notes in `health`."""

    def __init__(
        self, model: str, server: TextServer, health: RemoteHealth, settings: Settings
    ) -> None:
        self._model, self._server, self._health = model, server, health
        self._patience_s, self._total_s = settings.stream_timeout_s, settings.stream_total_s

    async def write(self, sequence: RemoteSequence) -> Outcome:
        """Take the answer to its end; being cancelled closes the connection.

        What fails once the server has named the end is no failure: only counts can be missing.
        """
        metrics.model_calls_total.labels(Task.GENERATION, self._model).inc()
        server = self._server.asked(sequence.request)
        deadline = _now() + self._total_s
        try:
            self._health.check(server)
            reason = await self._read(sequence, server, deadline)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told as the end
            if sequence.finish is None:
                return self._failed(error, server, deadline)
            log.info("remote_counts_missing", model=self._model, error=type(error).__name__)
            reason = sequence.finish
        self._health.works()
        return reason, None

    async def _read(
        self, sequence: RemoteSequence, server: Server, deadline: float
    ) -> FinishReason:
        """Take chunks to the end; `TimeoutError` where none comes in time, or at `deadline`."""
        heard = False
        async with (
            asyncio.timeout_at(min(_now() + self._patience_s, deadline)) as limit,
            aclosing(self._server.chunks(sequence.request, sequence.trace_id)) as chunks,
        ):
            async for chunk in chunks:
                heard = True
                self._hear(sequence, chunk)
                if sequence.met_stop:
                    break
                if chunk.finish is not None and sequence.finish is None:
                    raise server.refused_midway(chunk.finish)
                patience = _COUNTS_S if sequence.finish else self._patience_s
                limit.reschedule(min(_now() + patience, deadline))
        if not heard:
            raise server.unreadable("no text in it")
        if sequence.finish is None:
            raise server.unfinished()
        return sequence.finish

    def _hear(self, sequence: RemoteSequence, chunk: Chunk) -> None:
        before = sequence.pieces
        sequence.take(chunk)
        if sequence.pieces > before == 0:
            waited = monotonic() - sequence.submitted_at
            metrics.first_token_seconds.labels(self._model).observe(
                waited, {"trace_id": sequence.trace_id}
            )
        metrics.tokens_total.labels(self._model).inc(sequence.pieces - before)
        if self._health.state()[0] is not ModelState.READY:
            self._health.works()

    def _failed(self, error: Exception, server: Server, deadline: float) -> Outcome:
        """Note what a failure says of the server; the end, with why in plain words."""
        if isinstance(error, TimeoutError):
            if _now() < deadline:
                self._health.fails(server.slow())
            return FinishReason.TIMEOUT, None
        if isinstance(error, Failure):
            self._health.fails(error)
            return self._unfinished(error.reason)
        if not isinstance(error, GlimpseError):
            log.error("remote_text_failed", model=self._model, exc_info=error)
            return self._unfinished("Its answer could not be taken; try again.")
        if not isinstance(error, Unavailable):
            self._health.works()
        return FinishReason.ERROR, error.message

    def _unfinished(self, reason: str) -> Outcome:
        return FinishReason.ERROR, f"The model “{self._model}” did not finish: {reason}"


def _now() -> float:
    """The time of the event loop, which its time-outs go by."""
    return asyncio.get_running_loop().time()
