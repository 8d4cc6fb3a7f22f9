"""The queue: users take turns, and each user's requests keep their order."""

from collections import OrderedDict, deque
from typing import Generic, Protocol, TypeVar
from uuid import UUID


class Waiter(Protocol):
    @property
    def user(self) -> UUID: ...


Row = TypeVar("Row", bound=Waiter)


class Turns(Generic[Row]):
    """Round robin over users. Not safe between threads by itself."""

    def __init__(self) -> None:
        self._queues: OrderedDict[UUID, deque[Row]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def everyone(self) -> list[Row]:
        return [row for queue in self._queues.values() for row in queue]

    def add(self, row: Row) -> None:
        self._queues.setdefault(row.user, deque()).append(row)

    def first(self) -> Row | None:
        """Whose turn it is."""
        return next((queue[0] for queue in self._queues.values()), None)

    def take(self) -> Row:
        """Remove and return the first; its user's next request comes after everybody's turn."""
        user, queue = self._queues.popitem(last=False)
        row = queue.popleft()
        if queue:
            self._queues[user] = queue
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
        rounds = own.index(row)
        before, passed = rounds, False
        for user, queue in self._queues.items():
            if user == row.user:
                passed = True
            else:
                before += min(len(queue), rounds + (not passed))
        return before + 1
