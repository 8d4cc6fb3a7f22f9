"""What the engine's loop does, however the model writes."""

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

import structlog
import torch
from torch import Tensor

from core import metrics
from core.generation.types import FinishReason
from core.inference.textengine.places import Places
from core.inference.textengine.sampling import draw
from core.inference.textengine.sequence import TextSequence
from core.runs.types import Task

log = structlog.get_logger()

_BROKEN_MODEL = "The model stopped with an error while writing; try again."
_NO_MEMORY = "The model's memory is full; try again later, or with a shorter prompt or output."


class Loop(ABC):
    """Runs all sequences of one model in one thread."""

    def __init__(self, model_id: str, places: Places) -> None:
        self.places = places
        self.progress_at = time.monotonic()
        """When the last step ended."""
        self._model_id = model_id
        self._admitted = metrics.model_calls_total.labels(Task.GENERATION, model_id)
        self._first_token = metrics.first_token_seconds.labels(model_id)
        self._tokens = metrics.tokens_total.labels(model_id)
        self._queue_depth = metrics.queue_depth.labels(model_id)
        self._active = metrics.active_streams.labels(model_id)

    @property
    @abstractmethod
    def cache_bytes(self) -> int:
        """Bytes of keys and values held now."""

    @abstractmethod
    def _step(self) -> None:
        """Let the ended go, and take everybody one token further."""

    @abstractmethod
    def _clear(self) -> None:
        """Let go of all the model has read."""

    def run(self) -> None:
        """The loop, for the engine's one thread; returns after `places.close`."""
        while self.places.has_work():
            try:
                with torch.inference_mode():
                    self._step()
            except Exception as error:
                log.exception("engine_step_failed", model=self._model_id)
                self._fail([row for row in self.places.everyone() if row.admitted], error)
                self._clear()
            self.progress_at = time.monotonic()
        for row in self.places.everyone():
            row.end(FinishReason.CANCELLED)
        self._clear()
        self._let_go()

    def _let_go(self) -> None:
        """End whoever was cancelled, and free the places of whoever has ended."""
        for row in self.places.everyone():
            if row.cancelled:
                row.end(FinishReason.CANCELLED)
        self.places.drop_ended()
        self._queue_depth.set(self.places.waiting())
        self._active.set(self.places.active())

    def _seat(self) -> list[TextSequence]:
        rows = self.places.seat()
        for row in rows:
            self._admitted.inc()
            row.start()
        return rows

    def _hand_out(self, rows: Sequence[TextSequence], logits: Tensor) -> None:
        """Draw one token for each row and tell it; whose numbers are broken ends alone."""
        written = 0
        for row, token in zip(rows, draw(logits, [row.sampler for row in rows]), strict=True):
            if not math.isfinite(token.logprob):
                log.error("logits_not_finite", model=self._model_id)
                self._fail([row])
            elif not row.ended:
                row.accept(token)
                written += 1
                if len(row.ids) == 1:
                    waited = time.monotonic() - row.submitted_at
                    self._first_token.observe(waited, {"trace_id": row.trace_id})
        self._tokens.inc(written)

    def _fail(self, rows: Iterable[TextSequence], error: Exception | None = None) -> None:
        memory = isinstance(error, torch.OutOfMemoryError)
        for row in rows:
            row.end(FinishReason.ERROR, _NO_MEMORY if memory else _BROKEN_MODEL)
