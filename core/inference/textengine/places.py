"""Who waits, whose prompt is read and who is being written, seen by every thread alike."""

import threading
from collections import deque

from transformers import DynamicCache

from core.errors import LimitReached, Unavailable
from core.inference.textengine.batch import Batch
from core.inference.textengine.limits import EngineLimits
from core.inference.textengine.sequence import TextSequence

Reading = tuple[TextSequence, DynamicCache]


class Places:
    """The sequences of one engine. Only the engine's thread moves one on; anybody may ask."""

    def __init__(self, batch: Batch, limits: EngineLimits) -> None:
        self._limits = limits
        self._waiting: deque[TextSequence] = deque()
        self._batch = batch
        self._changed = threading.Condition()
        self._closing = False
        self.reading: Reading | None = None

    def enter(self, row: TextSequence) -> None:
        """Queue `row`; `LimitReached` when the queue is full, `Unavailable` after `close`."""
        with self._changed:
            if self._closing:
                raise Unavailable("The text engine has stopped; try again later.", retry_after=10)
            if len(self.everyone()) >= self._limits.max_active + self._limits.max_queued:
                raise LimitReached(
                    f"{self._limits.max_queued} outputs are waiting already, as many as may wait; "
                    "try again in a few seconds.",
                    facts={"limit": self._limits.max_queued},
                    retry_after=5,
                )
            self._waiting.append(row)
            self._changed.notify()

    def wake(self) -> None:
        with self._changed:
            self._changed.notify()

    def close(self) -> None:
        """Nobody enters any more, and `has_work` is False from now on."""
        with self._changed:
            self._closing = True
            self._changed.notify()

    def has_work(self) -> bool:
        """Sleep until there is something to do; False when closing."""
        with self._changed:
            while not (self._waiting or self.reading or self._batch.rows or self._closing):
                self._changed.wait()
            return not self._closing

    def everyone(self) -> list[TextSequence]:
        """All sequences not yet ended."""
        with self._changed:
            reading = [self.reading[0]] if self.reading else []
            known = dict.fromkeys([*self._batch.rows, *reading, *self._waiting])
        return [row for row in known if not row.ended]

    def waiting(self) -> int:
        return sum(not row.admitted for row in self.everyone())

    def position(self, row: TextSequence) -> int:
        """How many wait up to and with `row`; 0 once it has a place."""
        with self._changed:
            return self._waiting.index(row) + 1 if row in self._waiting else 0

    def active(self) -> int:
        """Sequences that have a place."""
        return sum(row.admitted for row in self.everyone())

    def admit(self) -> Reading | None:
        """Give the first that waits a place, if one is free."""
        with self._changed:
            if not self._waiting or len(self._batch.rows) >= self._limits.max_active:
                return None
            row = self._waiting.popleft()
            row.admitted = True
            self.reading = row, DynamicCache()
            return self.reading

    def drop_ended(self) -> None:
        """Let go of whoever has ended."""
        with self._changed:
            self._waiting = deque(row for row in self._waiting if not row.ended)
        self._batch.drop_ended()

    def clear(self) -> None:
        """Let go of whoever has a place."""
        self.reading = None
        self._batch.clear()
