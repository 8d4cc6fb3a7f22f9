"""Who waits for a place at an engine, and who has one; users take turns."""

import threading
from collections.abc import Iterator
from itertools import count
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from core.errors import LimitReached, Unavailable

_RETRY_S = 5


class Waiter(Protocol):
    @property
    def user(self) -> UUID: ...


Someone = TypeVar("Someone", bound=Waiter)


class Turns(Generic[Someone]):
    """Next is whose user got a place the longest ago, or none yet. Safe from any thread."""

    def __init__(self, places: int, most_waiting: int) -> None:
        self._places, self._most_waiting = places, most_waiting
        self._lock = threading.Lock()
        self._waiting: list[Someone] = []
        self._running: list[Someone] = []
        self._turn_of: dict[UUID, int] = {}
        """When each user last got a place, counted in places given; of those who are here."""
        self._turn = count()
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
            self._turn_of[one.user] = next(self._turn)
            return one

    def leave(self, one: Someone) -> None:
        with self._lock:
            for them in (self._waiting, self._running):
                if one in them:
                    them.remove(one)
            if all(one.user != other.user for other in (*self._running, *self._waiting)):
                self._turn_of.pop(one.user, None)

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
        """Those who wait, as they will be taken if nobody comes or leaves."""
        turn_of, rest = dict(self._turn_of), list(self._waiting)
        later = max(turn_of.values(), default=0)
        while rest:
            one = min(rest, key=lambda waiter: turn_of.get(waiter.user, -1))
            rest.remove(one)
            turn_of[one.user] = later = later + 1
            yield one
