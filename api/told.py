"""What is told of a run while it is written, however it is sent."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import NamedTuple

from api.errors import error_body
from api.run_answers import GenerateOut, TokenOut
from core.errors import Unavailable
from core.generation.types import GenerationRun, TokenEvent
from core.runs.types import RunStatus

LOOK_S = 0.5
"""How often the place in the queue is looked at."""
RunEvents = AsyncGenerator[tuple[int, TokenEvent] | GenerationRun | None, None]


class Told(NamedTuple):
    """An event: its kind, its data as JSON, and its number, which tokens alone have."""

    event: str
    data: str
    id: int | None = None


async def told(
    events: RunEvents, position: Callable[[], int], silence_s: float
) -> AsyncGenerator[Told | None, None]:
    """`token` for each, then one `done` or `error`; None after each `silence_s` without an event.

    Before the first token `queue` tells its `position` in the queue, whenever that changes: not
    at first, as who gets a place at once need not hear of a queue. `events` are those of a live
    run, None every `LOOK_S` of silence, and are closed at the end.
    """
    known, waiting, silent_s = 0, True, 0.0
    async with aclosing(events):
        async for event in events:
            if event is not None:
                waiting, silent_s = False, 0.0
                yield _event(event)
                continue
            silent_s += LOOK_S
            place = position() if waiting else known
            if place != known:
                yield Told("queue", json.dumps({"position": place}))
            elif silent_s >= silence_s:
                yield None
            else:
                continue
            known, silent_s = place, 0.0


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
