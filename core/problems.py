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
_ERRORS = frozenset({"error", "critical"})
_OURS = frozenset({"api", "core", "pages", "plugins", "ui"})
"""Packages whose warnings are meant for administrators; those of libraries are not."""
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
    """For the log's chain, after what masks: keep errors, our warnings, requests that failed."""
    if event.get("event") == _REQUEST:
        told = (event.get("status") or 0) >= 500
    elif event.get("level") == "warning":
        told = str(event.get("logger")).partition(".")[0] in _OURS
    else:
        told = event.get("level") in _ERRORS
    if told:
        PROBLEMS.add(_problem(event))
    return event


def _problem(event: EventDict) -> Problem:
    error: dict[str, Any] = next(iter(event.get("exception") or ()), {})
    places = error.get("at") or ()
    cause = ", ".join(filter(None, (error.get("type"), *places[-1:])))
    asked = event.get("event") == _REQUEST
    name = f"answered {event.get('status')}" if asked else str(event.get("event"))
    where = event.get("route") or event.get("model") or event.get("thread")
    return Problem(
        at=now(),
        level="error" if asked else str(event["level"]),
        event=name[:_EVENT_CHARS],
        code=event.get("code") or error.get("code"),
        where=None if where is None else str(where),
        cause=cause or None,
        trace_id=str(event.get("trace_id")),
    )
