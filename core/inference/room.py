"""Who waits for a place at an engine, and who has one; users take turns."""

import threading
from typing import Generic

from core.errors import LimitReached, Unavailable
from core.inference.turns import Row, Turns


class Room(Generic[Row]):
    """A bounded number of places, and of those who wait for one. Safe from any thread."""

    def __init__(self, places: int, most_waiting: int) -> None:
        self._places, self._most_waiting = places, most_waiting
        self._lock = threading.Lock()
        self._waiting: Turns[Row] = Turns()
        self._seated: list[Row] = []
        self._closed = False

    def enter(self, row: Row) -> None:
        """Queue; `LimitReached` where as many wait as may, `Unavailable` after `close`."""
        with self._lock:
            if self._closed:
                raise Unavailable("The text engine has stopped; try again later.", retry_after=10)
            if len(self._waiting) + len(self._seated) >= self._places + self._most_waiting:
                raise LimitReached(
                    f"{self._most_waiting} outputs are waiting already, as many as may wait; "
                    "try again in a few seconds.",
                    facts={"limit": self._most_waiting},
                    retry_after=5,
                )
            self._waiting.add(row)

    def seat(self) -> Row | None:
        """Give whose turn it is a place, where there is one."""
        with self._lock:
            if not self._waiting or len(self._seated) >= self._places:
                return None
            row = self._waiting.take()
            self._seated.append(row)
            return row

    def leave(self, row: Row) -> None:
        with self._lock:
            if not self._waiting.remove(row) and row in self._seated:
                self._seated.remove(row)

    def position(self, row: Row) -> int:
        """Its place in the order of turns, from 1; 0 where it does not wait."""
        with self._lock:
            return self._waiting.position(row)

    def counts(self) -> tuple[int, int]:
        """How many wait, and how many have a place."""
        with self._lock:
            return len(self._waiting), len(self._seated)

    def everyone(self) -> list[Row]:
        with self._lock:
            return [*self._seated, *self._waiting.everyone()]

    def close(self) -> None:
        """Nobody enters any more."""
        with self._lock:
            self._closed = True
