"""The queue: users take turns, and each user's requests keep their order."""

from collections import deque
from itertools import count
from typing import Generic, Protocol, TypeVar
from uuid import UUID


class Waiter(Protocol):
    @property
    def user(self) -> UUID: ...


Row = TypeVar("Row", bound=Waiter)


class Turns(Generic[Row]):
    """Next is the user whose last turn is longest ago. Not safe between threads by itself."""

    def __init__(self) -> None:
        self._queues: dict[UUID, deque[Row]] = {}
        self._last_turn: dict[UUID, int] = {}
        self._count = count(1)

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def everyone(self) -> list[Row]:
        return [row for queue in self._queues.values() for row in queue]

    def add(self, row: Row) -> None:
        self._queues.setdefault(row.user, deque()).append(row)

    def first(self) -> Row | None:
        """Whose turn it is."""
        return next((self._queues[user][0] for user in self._users()), None)

    def take(self) -> Row:
        """Remove and return the first; its user's next one comes after everybody's turn."""
        user = self._users()[0]
        self._last_turn[user] = next(self._count)
        row = self._queues[user].popleft()
        if not self._queues[user]:
            del self._queues[user]
        return row

    def remove(self, row: Row) -> bool:
        """Whether it was waiting; now it waits no more."""
        own = self._queues.get(row.user)
        if own is None or row not in own:
            return False
        own.remove(row)
        if not own:
            del self._queues[row.user]
        return True

    def position(self, row: Row) -> int:
        """Which `row` is in the order of turns, from 1; 0 where it does not wait."""
        own = self._queues.get(row.user, deque())
        if row not in own:
            return 0
        users = self._users()
        rounds, turn = own.index(row), users.index(row.user)
        before = [
            min(len(self._queues[user]), rounds + (place < turn))
            for place, user in enumerate(users)
            if user != row.user
        ]
        return rounds + sum(before) + 1

    def _users(self) -> list[UUID]:
        """Who waits, in the order of their next turns."""
        return sorted(self._queues, key=lambda user: self._last_turn.get(user, 0))
