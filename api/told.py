"""What is told of a run while it is written, however it is sent."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import NamedTuple, TypeVar

from api.errors import error_body
from api.run_answers import GenerateOut, TokenOut
from core.errors import Unavailable
from core.generation.types import GenerationRun, TokenEvent
from core.runs.types import RunStatus

_LOOK_S = 0.5
"""How often the place in the queue is looked at."""
RunEvents = AsyncIterator[tuple[int, TokenEvent] | GenerationRun]
_Coming = TypeVar("_Coming")


class Told(NamedTuple):
    """An event: its kind, its data as JSON, and its number, which tokens alone have."""

    event: str
    data: str
    id: int | None = None


async def told(
    events: RunEvents, position: Callable[[], int], silence_s: float
) -> AsyncGenerator[Told | None, None]:
    """`token` for each, then one `done` or `error`; None after each `silence_s` without an event.

    Before the first token `queue` tells its `position` in the queue, whenever that changes.
    Nothing at first: who gets a place at once need not hear of a queue.
    """
    waiting, known, silent_s, pause_s = True, 0, 0.0, min(_LOOK_S, silence_s)
    async with aclosing(beating(events, pause_s)) as coming:
        async for event in coming:
            if event is not None:
                waiting, silent_s = False, 0.0
                yield _event(event)
                continue
            silent_s += pause_s
            if waiting and (place := position()) != known:
                yield Told("queue", json.dumps({"position": place}))
                known, silent_s = place, 0.0
            elif silent_s >= silence_s:
                yield None
                silent_s = 0.0


async def beating(
    events: AsyncIterator[_Coming], silence_s: float
) -> AsyncGenerator[_Coming | None, None]:
    """`events`, and None after each `silence_s` without one."""
    following = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            if not following.done():
                await asyncio.wait((following,), timeout=silence_s)
            if not following.done():
                yield None
                continue
            event = following.result()
            if event is None:
                return
            yield event
            following = asyncio.ensure_future(anext(events, None))
    finally:
        following.cancel()
        await asyncio.wait((following,))


def _event(event: tuple[int, TokenEvent] | GenerationRun) -> Told:
    if isinstance(event, GenerationRun):
        if event.status is RunStatus.FAILED:
            return error_told(Unavailable.code, failure(event))
        return Told("done", GenerateOut.of(event).model_dump_json())
    event_id, token = event
    return Told("token", TokenOut.of(token).model_dump_json(exclude_none=True), event_id)


def error_told(code: str, message: str) -> Told:
    """The event with the one error shape."""
    return Told("error", json.dumps(error_body(code, message), ensure_ascii=False))


def failure(run: GenerationRun) -> str:
    return run.error or "The model failed while it wrote; try again."
