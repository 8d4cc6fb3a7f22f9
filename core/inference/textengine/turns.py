"""The queue: users take turns, and each user's requests keep their order."""

from collections import OrderedDict, deque
from uuid import UUID

from core.inference.textengine.sequence import TextSequence


class Turns:
    """Round robin over users. Not safe between threads by itself."""

    def __init__(self) -> None:
        self._queues: OrderedDict[UUID, deque[TextSequence]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def everyone(self) -> list[TextSequence]:
        return [row for queue in self._queues.values() for row in queue]

    def add(self, row: TextSequence) -> None:
        self._queues.setdefault(row.user, deque()).append(row)

    def first(self) -> TextSequence | None:
        """Whose turn it is."""
        return next((queue[0] for queue in self._queues.values()), None)

    def take(self) -> TextSequence:
        """Remove and return the first; its user's next request comes after everybody's turn."""
        user, queue = self._queues.popitem(last=False)
        row = queue.popleft()
        if queue:
            self._queues[user] = queue
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
        rounds = own.index(row)
        before, passed = rounds, False
        for user, queue in self._queues.items():
            if user == row.user:
                passed = True
            else:
                before += min(len(queue), rounds + (not passed))
        return before + 1
