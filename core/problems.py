"""The last things that went wrong in this process, as the log tells them; lost when it ends."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from structlog.typing import EventDict

from core.clock import now

_KEPT = 50
_EVENT_CHARS = 200
_LEVELS = frozenset({"warning", "error", "critical"})
_REQUEST = "request"
_BUG = "internal"


@dataclass(frozen=True)
class Problem:
    """What was logged `count` times, at last `at`; nothing that people wrote is in it.

    `where` is the route, the model or the thread; `cause` the error's type and the line that raised
    it.
    """

    at: datetime
    level: str
    event: str
    code: str | None
    where: str | None
    cause: str | None
    trace_id: str
    count: int = 1

    @property
    def kind(self) -> tuple[str | None, ...]:
        """Alike ones are told once."""
        return self.event, self.code, self.where, self.cause


class Problems:
    """The last kinds of problems, the newest last; safe from any thread."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str | None, ...], Problem] = OrderedDict()

    def add(self, problem: Problem) -> None:
        with self._lock:
            if problem.code == _BUG:
                self._name_place(problem)
            else:
                self._put(problem)

    def newest(self) -> tuple[Problem, ...]:
        """Newest first."""
        with self._lock:
            return tuple(reversed(self._seen.values()))

    def clear(self) -> None:
        with self._lock:
            self._seen.clear()

    def _name_place(self, request: Problem) -> None:
        """A request that failed by a bug: the error was told just before, without its place."""
        for kind, told in reversed(self._seen.items()):
            if told.trace_id == request.trace_id and told.where is None:
                del self._seen[kind]
                self._put(replace(told, where=request.where))
                return
        self._put(request)

    def _put(self, problem: Problem) -> None:
        before = self._seen.pop(problem.kind, None)
        count = 0 if before is None else before.count
        self._seen[problem.kind] = replace(problem, count=problem.count + count)
        while len(self._seen) > self._kept:
            self._seen.popitem(last=False)


PROBLEMS = Problems()
"""Those of this process."""


def remember(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """For the log's chain, after what masks: keep warnings, errors, and requests that failed."""
    failed = event.get("event") == _REQUEST and (event.get("status") or 0) >= 500
    if failed or event.get("level") in _LEVELS:
        PROBLEMS.add(_problem(event))
    return event


def _problem(event: EventDict) -> Problem:
    error: dict[str, Any] = next(iter(event.get("exception") or ()), {})
    places = error.get("at") or ()
    cause = ", ".join(filter(None, (error.get("type"), *places[-1:])))
    where = event.get("route") or event.get("model") or event.get("thread")
    return Problem(
        at=now(),
        level="error" if event.get("event") == _REQUEST else str(event["level"]),
        event=str(event.get("event"))[:_EVENT_CHARS],
        code=event.get("code") or error.get("code"),
        where=None if where is None else str(where),
        cause=cause or None,
        trace_id=str(event.get("trace_id")),
    )
