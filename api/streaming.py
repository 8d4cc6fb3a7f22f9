"""Answers that flow: events of a run, and files made while they are read."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from typing import Any, Protocol

import anyio
from anyio.to_thread import run_sync
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.errors import error_body
from api.run_answers import GenerateOut, TokenOut
from core.errors import Unavailable
from core.generation.stream import LiveStream
from core.generation.types import GenerationRun, TokenEvent
from core.runs.types import RunStatus

HEARTBEAT_S = 15.0
_LOOK_S = 0.5
"""How often the place in the queue is looked at."""
_HEARTBEAT = b": still here\n\n"
RunEvents = AsyncIterator[tuple[int, TokenEvent] | GenerationRun]


class Chunks(Protocol):
    """Bytes made by a thread; `close` ends them at once, from any thread."""

    def __next__(self) -> bytes: ...

    def close(self) -> None: ...


class Flow(StreamingResponse):
    """A streamed answer that closes its source when the client leaves; Starlette's does not."""

    def __init__(
        self,
        source: AsyncGenerator[bytes, None],
        media_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._source = source
        super().__init__(source, media_type=media_type, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._source.aclose()


async def from_thread(first: bytes, rest: Chunks) -> AsyncGenerator[bytes, None]:
    """`first`, then what `rest` gives; `rest` is closed at the end, whichever way it comes."""
    try:
        chunk = first
        while chunk:
            yield chunk
            chunk = await run_sync(_next, rest, abandon_on_cancel=True)
    finally:
        with anyio.CancelScope(shield=True):
            await run_sync(rest.close)


def _next(chunks: Chunks) -> bytes:
    try:
        return next(chunks)
    except StopIteration:
        return b""


def sse(live: LiveStream, headers: Mapping[str, str], after: int = -1) -> Flow:
    """The events of a run after number `after`, as an answer that no proxy holds back."""
    unbuffered = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **headers}
    return Flow(as_sse(live.events(after), live.position), "text/event-stream", unbuffered)


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
    """What is told until the first event: places in the queue, and comments."""
    told, silent_s = 0, 0.0
    while not following.done():
        place = position()
        if place != told or silent_s >= heartbeat_s:
            queued = f'event: queue\ndata: {{"position": {place}}}\n\n'.encode()
            yield queued if place != told else _HEARTBEAT
            told, silent_s = place, 0.0
        await asyncio.wait((following,), timeout=min(_LOOK_S, heartbeat_s))
        silent_s += min(_LOOK_S, heartbeat_s)


def _event(event: tuple[int, TokenEvent] | GenerationRun) -> bytes:
    if isinstance(event, GenerationRun):
        if event.status is RunStatus.FAILED:
            told = json.dumps(error_body(Unavailable.code, failure(event)), ensure_ascii=False)
            return f"event: error\ndata: {told}\n\n".encode()
        return f"event: done\ndata: {GenerateOut.of(event).model_dump_json()}\n\n".encode()
    event_id, token = event
    told = TokenOut.of(token).model_dump_json(exclude_none=True)
    return f"id: {event_id}\nevent: token\ndata: {told}\n\n".encode()


def failure(run: GenerationRun) -> str:
    return run.error or "The model failed while it wrote; try again."
