"""The engine's loop: let the ended go, read prompts, write one token for everybody."""

import math
import time
from collections.abc import Iterable, Sequence

import structlog
import torch
from torch import Tensor
from transformers import DynamicCache

from core import metrics
from core.generation.types import FinishReason
from core.inference.textengine.batch import Batch
from core.inference.textengine.forward import Forward
from core.inference.textengine.limits import EngineLimits
from core.inference.textengine.places import Places
from core.inference.textengine.sampling import Drawn, draw
from core.inference.textengine.sequence import TextSequence
from core.runs.types import Task

log = structlog.get_logger()

_BROKEN_MODEL = "The model stopped with an error while writing; try again."


class Scheduler:
    """Runs all sequences of one model in one thread.

    Each step lets ended rows go, reads at most `prefill_chunk` prompt tokens of whoever is next,
    and decodes one token for every row, so that nobody waits long for another's prompt.
    """

    def __init__(self, model_id: str, forward: Forward, limits: EngineLimits) -> None:
        self._model_id = model_id
        self._forward = forward
        self._chunk = limits.prefill_chunk
        self._batch = Batch(forward)
        self.places = Places(self._batch, limits)
        self.progress_at = time.monotonic()
        """When the last step ended."""

    def run(self) -> None:
        """The loop, for the engine's one thread; returns after `places.close`."""
        while self.places.has_work():
            try:
                self._step()
            except Exception:
                log.exception("engine_step_failed", model=self._model_id)
                self._fail(row for row in self.places.everyone() if row.admitted)
                self.places.clear()
            self.progress_at = time.monotonic()
            self._count()
        for row in self.places.everyone():
            row.end(FinishReason.CANCELLED)
        self.places.drop_ended()
        self.places.clear()
        self._count()

    @torch.inference_mode()
    def _step(self) -> None:
        for row in self.places.everyone():
            if row.cancelled:
                row.end(FinishReason.CANCELLED)
        self.places.drop_ended()
        self._read_prompts()
        if self._batch.rows:
            self._hand_out(self._batch.rows, self._batch.step())

    def _read_prompts(self) -> None:
        budget = self._chunk
        while budget > 0 and (reading := self.places.reading or self._admit()):
            row, cache = reading
            before = row.fed
            if not row.ended:
                self._read(row, cache, budget)
            budget -= max(row.fed - before, 1)
            if row.ended or row.fed == len(row.prompt_ids):
                self.places.reading = None

    def _admit(self) -> tuple[TextSequence, DynamicCache] | None:
        admitted = self.places.admit()
        if admitted is not None:
            metrics.model_calls_total.labels(Task.GENERATION, self._model_id).inc()
            admitted[0].start()
        return admitted

    def _read(self, row: TextSequence, cache: DynamicCache, budget: int) -> None:
        try:
            logits = self._forward.read_prompt(row, cache, budget)
            if row.fed == len(row.prompt_ids):
                self._hand_out([row], logits)
                waited = time.monotonic() - row.submitted_at
                metrics.first_token_seconds.labels(self._model_id).observe(waited)
                if not row.ended:
                    self._batch.join(row, cache)
        except Exception:
            log.exception("prompt_reading_failed", model=self._model_id)
            self._fail([row])

    def _hand_out(self, rows: Sequence[TextSequence], logits: Tensor) -> None:
        drawn = draw(logits, [row.sampler for row in rows])
        for row, token in zip(rows, drawn, strict=True):
            self._accept(row, token)
        metrics.tokens_total.labels(self._model_id).inc(len(rows))

    def _accept(self, row: TextSequence, token: Drawn) -> None:
        if math.isfinite(token.logprob):
            row.accept(token)
        else:
            log.error("logits_not_finite", model=self._model_id)
            self._fail([row])

    def _fail(self, rows: Iterable[TextSequence]) -> None:
        for row in rows:
            row.end(FinishReason.ERROR, _BROKEN_MODEL)

    def _count(self) -> None:
        metrics.queue_depth.labels(self._model_id).set(self.places.waiting())
        metrics.active_streams.labels(self._model_id).set(self.places.active())
