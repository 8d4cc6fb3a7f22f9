"""Who waits for a place at an engine, and who has one; users take turns."""

import threading
from collections import Counter
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from core.errors import LimitReached, Unavailable

_RETRY_S = 5


class Waiter(Protocol):
    @property
    def user(self) -> UUID: ...


Someone = TypeVar("Someone", bound=Waiter)


class Turns(Generic[Someone]):
    """Next is the earliest of those whose user has the fewest places. Safe from any thread."""

    def __init__(self, places: int, most_waiting: int) -> None:
        self._places, self._most_waiting = places, most_waiting
        self._lock = threading.Lock()
        self._waiting: list[Someone] = []
        self._running: list[Someone] = []
        self._closed = False

    def enter(self, one: Someone) -> None:
        """Queue; `LimitReached` where as many wait as may, `Unavailable` after `close`."""
        with self._lock:
            if self._closed:
                raise Unavailable("The text engine has stopped; try again later.", retry_after=10)
            if len(self._waiting) + len(self._running) >= self._places + self._most_waiting:
                raise LimitReached(
                    f"{self._most_waiting} outputs are waiting already, as many as may wait; "
                    "try again in a few seconds.",
                    facts={"limit": self._most_waiting},
                    retry_after=_RETRY_S,
                )
            self._waiting.append(one)

    def take(self) -> Someone | None:
        """Give whoever is next a place, where there is both."""
        with self._lock:
            if not self._waiting or len(self._running) >= self._places:
                return None
            one = next(self._in_order())
            self._waiting.remove(one)
            self._running.append(one)
            return one

    def leave(self, one: Someone) -> None:
        with self._lock:
            for them in (self._waiting, self._running):
                if one in them:
                    them.remove(one)

    def position(self, one: Someone) -> int:
        """Its place among those who wait, the next at 1; 0 where it does not wait."""
        with self._lock:
            if one not in self._waiting:
                return 0
            return list(self._in_order()).index(one) + 1

    def counts(self) -> tuple[int, int]:
        """How many wait, and how many have a place."""
        with self._lock:
            return len(self._waiting), len(self._running)

    def everyone(self) -> tuple[Someone, ...]:
        """Those who have a place, then those who wait."""
        with self._lock:
            return (*self._running, *self._waiting)

    def close(self) -> None:
        """Nobody enters any more."""
        with self._lock:
            self._closed = True

    def _in_order(self) -> Iterator[Someone]:
        """Those who wait, as they will be taken if nobody leaves."""
        places = Counter(one.user for one in self._running)
        rest = list(self._waiting)
        while rest:
            one = min(rest, key=lambda waiter: places[waiter.user])
            rest.remove(one)
            places[one.user] += 1
            yield one
