"""The events of a run as server-sent events."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from types import MappingProxyType

from api.flow import Flow, Watch
from api.told import LOOK_S, RunEvents, Told, error_told, told
from core.errors import NotSignedIn
from core.generation.stream import LiveStream
from core.permissions import Actor

HEARTBEAT_S = 15.0
HEARTBEAT = b": still here\n\n"
UNBUFFERED = MappingProxyType({"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
"""Headers of an answer that no proxy holds back."""


class _Events(Flow):
    def last_word(self, actor: Actor | None) -> bytes | None:
        if actor is not None:
            return b""
        ended = "Your sign-in or your API key has ended; sign in again."
        return _written(error_told(NotSignedIn.code, ended))


def sse(live: LiveStream, watch: Watch, headers: Mapping[str, str], after: int = -1) -> Flow:
    """The events of a run after number `after`, as an answer that no proxy holds back.

    Its last is an `error` where the caller is signed out meanwhile.
    """
    events = as_sse(live.events(after, LOOK_S), live.position)
    return _Events(events, watch, "text/event-stream", {**UNBUFFERED, **headers})


async def as_sse(
    events: RunEvents, position: Callable[[], int] = lambda: 0, heartbeat_s: float = HEARTBEAT_S
) -> AsyncGenerator[bytes, None]:
    """What is told of a run, with the number of a token as event id.

    A comment line every `heartbeat_s` without an event keeps proxies from hanging up.
    """
    async with aclosing(told(events, position, heartbeat_s)) as telling:
        async for event in telling:
            yield _written(event) if event else HEARTBEAT


def _written(event: Told) -> bytes:
    number = "" if event.id is None else f"id: {event.id}\n"
    return f"{number}event: {event.event}\ndata: {event.data}\n\n".encode()
