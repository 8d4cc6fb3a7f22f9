"""One id follows a request from the face to the log line and the database row."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from core.ids import new_id

_trace_id: ContextVar[str] = ContextVar("glimpse_trace_id", default="")


def current_trace_id() -> str:
    """The id of the request being served; a new one outside any request."""
    return _trace_id.get() or new_id().hex


@contextmanager
def trace(trace_id: str | None = None) -> Iterator[str]:
    """Bind `trace_id` (or a new one) for the duration of a request."""
    value = trace_id or new_id().hex
    token = _trace_id.set(value)
    try:
        yield value
    finally:
        _trace_id.reset(token)
