"""The events of a run, as an answer that flows."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from typing import Any

from api.errors import error_body
from api.flow import Flow, Watch
from api.run_answers import GenerateOut, TokenOut
from core.errors import NotSignedIn, Unavailable
from core.generation.stream import LiveStream
from core.generation.types import GenerationRun, TokenEvent
from core.permissions import Actor
from core.runs.types import RunStatus

HEARTBEAT_S = 15.0
_LOOK_S = 0.5
"""How often the place in the queue is looked at."""
_HEARTBEAT = b": still here\n\n"
RunEvents = AsyncIterator[tuple[int, TokenEvent] | GenerationRun]


class _Events(Flow):
    def last_word(self, actor: Actor | None) -> bytes | None:
        if actor is not None:
            return b""
        return _error(NotSignedIn.code, "Your sign-in or your API key has ended; sign in again.")


def sse(live: LiveStream, watch: Watch, headers: Mapping[str, str], after: int = -1) -> Flow:
    """The events of a run after number `after`, as an answer that no proxy holds back.

    Its last is an `error` where the caller is signed out meanwhile.
    """
    unbuffered = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **headers}
    events = as_sse(live.events(after), live.position)
    return _Events(events, watch, "text/event-stream", unbuffered)


async def as_sse(
    events: RunEvents, position: Callable[[], int] = lambda: 0, heartbeat_s: float = HEARTBEAT_S
) -> AsyncGenerator[bytes, None]:
    """Server-sent events of a run: `token` with its event id, then one `done` or `error`.

    Before the first token `queue` tells its `position` in the queue, whenever that changes. A
    comment line every `heartbeat_s` without an event keeps proxies from hanging up.
    """
    following = asyncio.ensure_future(anext(events, None))
    try:
        async for waiting in _until(following, position, heartbeat_s):
            yield waiting
        while True:
            await asyncio.wait((following,), timeout=heartbeat_s)
            if not following.done():
                yield _HEARTBEAT
                continue
            event = following.result()
            if event is None:
                return
            yield _event(event)
            following = asyncio.ensure_future(anext(events, None))
    finally:
        following.cancel()
        await asyncio.wait((following,))


async def _until(
    following: asyncio.Future[Any], position: Callable[[], int], heartbeat_s: float
) -> AsyncIterator[bytes]:
    """What is told until the first event: places in the queue, and comments.

    Nothing at first: who gets a place at once need not hear of a queue.
    """
    told, silent_s, pause_s = 0, 0.0, min(_LOOK_S, heartbeat_s)
    while True:
        await asyncio.wait((following,), timeout=pause_s)
        if following.done():
            return
        silent_s += pause_s
        place = position()
        if place != told:
            yield f'event: queue\ndata: {{"position": {place}}}\n\n'.encode()
        elif silent_s >= heartbeat_s:
            yield _HEARTBEAT
        else:
            continue
        told, silent_s = place, 0.0


def _event(event: tuple[int, TokenEvent] | GenerationRun) -> bytes:
    if isinstance(event, GenerationRun):
        if event.status is RunStatus.FAILED:
            return _error(Unavailable.code, failure(event))
        return f"event: done\ndata: {GenerateOut.of(event).model_dump_json()}\n\n".encode()
    event_id, token = event
    told = TokenOut.of(token).model_dump_json(exclude_none=True)
    return f"id: {event_id}\nevent: token\ndata: {told}\n\n".encode()


def _error(code: str, message: str) -> bytes:
    told = json.dumps(error_body(code, message), ensure_ascii=False)
    return f"event: error\ndata: {told}\n\n".encode()


def failure(run: GenerationRun) -> str:
    return run.error or "The model failed while it wrote; try again."
