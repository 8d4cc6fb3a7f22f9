"""A cache bounded by what its values weigh; the least recently used go first."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class BoundedCache(Generic[Key, Value]):
    """Safe to use from any thread. With a budget of 0 nothing is kept."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._lock = threading.Lock()
        self._held: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._weight = 0

    @property
    def weight(self) -> int:
        """What all values weigh together, in the unit of the budget."""
        return self._weight

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Key) -> Value | None:
        with self._lock:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key][0]

    def put(self, key: Key, value: Value, weight: int) -> None:
        """Keep `value` unless it alone is over the budget."""
        with self._lock:
            self._weight -= self._held.pop(key, (None, 0))[1]
            if weight > self._budget:
                return
            self._held[key] = value, weight
            self._weight += weight
            while self._weight > self._budget:
                self._weight -= self._held.popitem(last=False)[1][1]

    def clear(self) -> None:
        with self._lock:
            self._held.clear()
            self._weight = 0
