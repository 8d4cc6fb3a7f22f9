"""Continuous batching: let the ended go, read prompts, write one token for everybody."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog
import torch

from core.inference.textengine.batch import Batch
from core.inference.textengine.forward import Forward
from core.inference.textengine.limits import EngineLimits
from core.inference.textengine.loop import Loop
from core.inference.textengine.pace import Pace
from core.inference.textengine.places import Places
from core.inference.textengine.sequence import TextSequence

log = structlog.get_logger()

_BURST = 8192
"""Prompt tokens read before the first of those that came together are written on."""
_PADDING = 1.3
"""Cells of a group of prompts for each token in it: longer ones are read apart from short ones."""
_APART_S = 60.0
"""How long nothing is put together after the memory was full."""

Result = TypeVar("Result")


class Scheduler(Loop):
    """Each step reads some tokens of waiting prompts and writes one token for every row.

    Prompts of similar length are read as one batch, batches take turns, and once read they are
    put together as long as `most_padding` cells of the cache suffice for the columns that differ:
    a long one among short ones stays in a batch of its own.
    """

    def __init__(
        self,
        model_id: str,
        forward: Forward,
        places: Places,
        limits: EngineLimits,
        most_padding: int,
    ) -> None:
        super().__init__(model_id, places)
        self._forward = forward
        self._pace = Pace(limits.prefill_chunk)
        self._most_padding = most_padding
        self._reading: deque[Batch] = deque()
        self._writing: list[Batch] = []
        self._together_from = 0.0

    @property
    def cache_bytes(self) -> int:
        return sum(batch.nbytes for batch in [*self._reading, *self._writing])

    def _step(self) -> None:
        self._drop_ended()
        self._read()
        if len(self._writing) > 1:
            self._join(self._writing.pop(0))
        if self._writing:
            began = time.monotonic()
            self._write()
            self._pace.wrote(time.monotonic() - began)

    def _clear(self) -> None:
        self._reading.clear()
        self._writing = []

    def _drop_ended(self) -> None:
        self._let_go()
        for batch in [*self._reading, *self._writing]:
            batch.drop_ended()
        self._reading = deque(batch for batch in self._reading if batch.rows)
        self._writing = [batch for batch in self._writing if batch.rows]

    def _read(self) -> None:
        """One pass while somebody is being written; else all that came together."""
        busy, left = bool(self._writing), _BURST
        while left > 0:
            self._reading.extend(self._groups(self._seat(), busy))
            if not self._reading:
                return
            left -= self._read_some(self._reading.popleft(), busy)
            if busy:
                return
            self.progress_at = time.monotonic()
            self._drop_ended()

    def _groups(self, rows: Sequence[TextSequence], busy: bool) -> list[Batch]:
        """Batches of prompts to be read together, the shortest first."""
        most = self._pace.tokens(busy)
        groups: list[list[TextSequence]] = []
        tokens = 0
        for row in sorted(rows, key=lambda row: len(row.prompt_ids)):
            length = len(row.prompt_ids)
            tokens += length
            cells = (len(groups[-1]) + 1) * length if groups else 0
            if not groups or cells > min(most, _PADDING * tokens):
                groups.append([])
                tokens = length
            groups[-1].append(row)
        return [Batch(self._forward, group) for group in groups]

    def _read_some(self, batch: Batch, busy: bool) -> int:
        """Read a part of a batch, and keep it for writing once it is read; cells read."""
        began, unread = time.monotonic(), batch.unread
        most = max(1, self._pace.tokens(busy) // len(batch.rows))
        logits = self._guarded([batch], lambda: batch.read(most))
        cells = (unread - batch.unread) * len(batch.rows)
        if logits is None:
            return cells
        if batch.unread:
            self._reading.append(batch)
        else:
            self._hand_out(batch.rows, logits)
            batch.drop_ended()
            self._join(batch)
        self._pace.read(cells, time.monotonic() - began)
        return cells

    def _join(self, batch: Batch) -> None:
        """Keep a batch for writing, put together with the one it fits best."""
        if not batch.rows:
            return
        fit = min(self._writing, key=lambda one: one.padding_with(batch), default=None)
        if fit is None or not self._may_join(fit, batch):
            self._writing.append(batch)
        else:
            self._guarded([fit, batch], lambda: fit.absorb(batch))

    def _may_join(self, one: Batch, other: Batch) -> bool:
        elsewhere = sum(batch.padding for batch in self._writing if batch is not one)
        fits = one.padding_with(other) + elsewhere <= self._most_padding
        return fits and time.monotonic() >= self._together_from

    def _write(self) -> None:
        passes = [
            (batch.rows, logits)
            for batch in list(self._writing)
            if (logits := self._guarded([batch], batch.step)) is not None
        ]
        if passes:
            rows = [row for written, _ in passes for row in written]
            self._hand_out(rows, torch.cat([logits for _, logits in passes]))

    def _guarded(self, batches: Sequence[Batch], work: Callable[[], Result]) -> Result | None:
        """Do `work` on batches; None where it failed, and their rows begin again, each alone."""
        try:
            return work()
        except Exception as error:
            log.exception("pass_failed", model=self._model_id)
            failure = error.with_traceback(None)  # its frames would keep the pass's tensors
        rows = [row for batch in batches for row in batch.rows if not row.ended]
        for batch in batches:
            batch.clear()
        if isinstance(failure, torch.OutOfMemoryError):
            self._together_from = time.monotonic() + _APART_S
            torch.cuda.empty_cache()
        if len(rows) == 1:
            self._fail(rows, failure)
        else:
            self._reading.extend(Batch(self._forward, [row]) for row in rows)
        return None
