"""The queue: users take turns, and each user's requests keep their order."""

from collections import deque
from itertools import count
from uuid import UUID

from core.inference.textengine.sequence import TextSequence


class Turns:
    """Next is the user whose last turn is longest ago. Not safe between threads by itself."""

    def __init__(self) -> None:
        self._queues: dict[UUID, deque[TextSequence]] = {}
        self._last_turn: dict[UUID, int] = {}
        self._count = count(1)

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def everyone(self) -> list[TextSequence]:
        return [row for queue in self._queues.values() for row in queue]

    def add(self, row: TextSequence) -> None:
        self._queues.setdefault(row.user, deque()).append(row)

    def first(self) -> TextSequence | None:
        """Whose turn it is."""
        return next((self._queues[user][0] for user in self._users()), None)

    def take(self) -> TextSequence:
        """Remove and return the first; its user's next one comes after everybody's turn."""
        user = self._users()[0]
        self._last_turn[user] = next(self._count)
        row = self._queues[user].popleft()
        if not self._queues[user]:
            del self._queues[user]
        return row

    def drop_ended(self) -> None:
        for user, queue in list(self._queues.items()):
            self._queues[user] = deque(row for row in queue if not row.ended)
            if not self._queues[user]:
                del self._queues[user]

    def position(self, row: TextSequence) -> int:
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
