"""Who waits and who has a place, seen by every thread alike."""

import threading
import time

from core.errors import LimitReached, Unavailable
from core.inference.textengine.limits import EngineLimits
from core.inference.textengine.sequence import TextSequence
from core.inference.turns import Turns

_GATHER_S = 0.002
_GATHER_MOST_S = 0.02


class Places:
    """The sequences of one engine. Only the engine's thread seats one; anybody may ask.

    `most_tokens` is what the cache may hold: each sequence that is seated has reserved what it
    can grow to, so that none is stopped half-way for want of memory.
    """

    def __init__(self, limits: EngineLimits, most_tokens: int | None) -> None:
        self._limits = limits
        self._most_tokens = most_tokens
        self._waiting: Turns[TextSequence] = Turns()
        self._seated: list[TextSequence] = []
        self._changed = threading.Condition()
        self._closing = False

    def enter(self, row: TextSequence) -> None:
        """Queue `row`; `LimitReached` when the queue is full, `Unavailable` after `close`."""
        with self._changed:
            if self._closing:
                raise Unavailable("The text engine has stopped; try again later.", retry_after=10)
            if len(self._everyone()) >= self._limits.max_active + self._limits.max_queued:
                raise LimitReached(
                    f"{self._limits.max_queued} outputs are waiting already, as many as may wait; "
                    "try again in a few seconds.",
                    facts={"limit": self._limits.max_queued},
                    retry_after=5,
                )
            self._waiting.add(row)
            self._changed.notify()

    def wake(self) -> None:
        with self._changed:
            self._changed.notify()

    def close(self) -> None:
        """Nobody enters any more, and `has_work` is False from now on."""
        with self._changed:
            self._closing = True
            self._changed.notify()

    @property
    def closing(self) -> bool:
        return self._closing

    def has_work(self) -> bool:
        """Sleep until there is something to do; False when closing.

        Whoever comes right after the first is waited for, so that prompts sent together are
        read together.
        """
        with self._changed:
            if not (self._waiting or self._seated or self._closing):
                self._changed.wait_for(lambda: self._waiting or self._closing)
                until = time.monotonic() + _GATHER_MOST_S
                while self._changed.wait(_GATHER_S) and time.monotonic() < until:
                    pass
            return not self._closing

    def everyone(self) -> list[TextSequence]:
        """All sequences not yet ended."""
        with self._changed:
            return self._everyone()

    def waiting(self) -> int:
        with self._changed:
            return sum(not row.ended for row in self._waiting.everyone())

    def position(self, row: TextSequence) -> int:
        """Its place in the order of turns; 0 once it has begun."""
        with self._changed:
            return self._waiting.position(row)

    def active(self) -> int:
        """Sequences that have a place."""
        with self._changed:
            return sum(not row.ended for row in self._seated)

    def seat(self) -> list[TextSequence]:
        """Give places to those whose turn it is, as far as places and memory reach."""
        seated = []
        with self._changed:
            while (row := self._waiting.first()) and self._has_room(row):
                seated.append(self._waiting.take())
                self._seated.append(row)
                row.admitted = True
        return seated

    def drop_ended(self) -> None:
        """Let go of whoever has ended."""
        with self._changed:
            for row in self._waiting.everyone():
                if row.ended:
                    self._waiting.remove(row)
            self._seated = [row for row in self._seated if not row.ended]

    def _has_room(self, row: TextSequence) -> bool:
        if len(self._seated) >= self._limits.max_active:
            return False
        if self._most_tokens is None:
            return True
        taken = sum(one.most_tokens for one in self._seated)
        return taken + row.most_tokens <= self._most_tokens

    def _everyone(self) -> list[TextSequence]:
        known = [*self._seated, *self._waiting.everyone()]
        return [row for row in known if not row.ended]
