"""Server-sent events apart from any server: heartbeats, failures, and clean ends."""

import asyncio
from uuid import uuid4

from api.streaming import as_sse
from api.told import LOOK_S, RunEvents
from core.clock import now
from core.generation.stream import LiveStream
from core.generation.types import (
    FinishReason,
    GenerationRun,
    Output,
    SamplingParams,
    TokenEvent,
    Usage,
)
from core.runs.types import RunStatus
from tests.api.sse import events_in


def run(status: RunStatus = RunStatus.DONE, error: str | None = None) -> GenerationRun:
    return GenerationRun(
        id=uuid4(),
        user_id=uuid4(),
        model="m",
        revision="r",
        prompt="p",
        messages=(),
        params=SamplingParams(),
        status=status,
        outputs=(Output("a", FinishReason.STOP),),
        usage=Usage(1, 1),
        timings_ms={},
        created_at=now(),
        error=error,
    )


def token(text: str = "a", logprob: float = -0.5) -> TokenEvent:
    return TokenEvent(0, 0, text, 7, logprob)


async def told(events: RunEvents, heartbeat_s: float = 10) -> list[str]:
    return [chunk.decode() async for chunk in as_sse(events, heartbeat_s=heartbeat_s)]


def test_a_silence_is_filled_with_comments() -> None:
    async def events() -> RunEvents:
        for said in (None, None, None, None, (0, token()), None, None, None, run()):
            yield said

    chunks = asyncio.run(told(events(), heartbeat_s=2 * LOOK_S))
    assert [chunk.split()[0] for chunk in chunks] == [":", ":", "id:", ":", "event:"]
    assert [event.kind for event in events_in("".join(chunks))] == ["token", "done"]


def test_a_live_run_tells_its_silence() -> None:
    live = LiveStream(run(RunStatus.RUNNING))

    async def until_the_end() -> list[object]:
        told: list[object] = []
        async for event in live.events(silence_s=0.01):
            told.append(event)
            if len(told) == 2:
                live.recorded(run())
        return told

    nothing, again, *rest = asyncio.run(until_the_end())
    assert (nothing, again) == (None, None)
    assert [type(each) for each in rest] == [GenerationRun]


def test_the_place_in_the_queue_is_told_when_it_changes() -> None:
    places = iter([3, 3, 3, 1])

    async def events() -> RunEvents:
        for said in (None, None, None, None, None, (0, token()), run()):
            yield said

    async def told_while_waiting() -> str:
        position = lambda: next(places, 0)  # noqa: E731
        return "".join([chunk.decode() async for chunk in as_sse(events(), position)])

    waiting = events_in(asyncio.run(told_while_waiting()))
    assert [(one.kind, one.id, one.data) for one in waiting[:3]] == [
        ("queue", None, {"position": 3}),
        ("queue", None, {"position": 1}),
        ("queue", None, {"position": 0}),
    ]
    assert [one.kind for one in waiting[3:]] == ["token", "done"]


def test_line_ends_in_a_token_do_not_end_the_event() -> None:
    async def events() -> RunEvents:
        yield 0, token("a\n\nevent: done\r\ndata: {}")

    (event,) = events_in("".join(asyncio.run(told(events()))))
    assert event.data["text"] == "a\n\nevent: done\r\ndata: {}"


def test_an_impossible_token_is_still_json() -> None:
    async def events() -> RunEvents:
        yield 0, token(logprob=float("-inf"))

    (event,) = events_in("".join(asyncio.run(told(events()))))
    assert event.data.get("logprob") is None


def test_a_failed_run_ends_in_an_error_event() -> None:
    async def events() -> RunEvents:
        yield run(RunStatus.FAILED, "The engine stopped.")

    (event,) = events_in("".join(asyncio.run(told(events()))))
    assert event.kind == "error"
    assert event.data["error"]["code"] == "unavailable"
    assert event.data["error"]["message"] == "The engine stopped."
    assert event.data["error"]["request_id"]


def test_leaving_lets_go_of_the_run() -> None:
    left = []

    async def events() -> RunEvents:
        try:
            yield 0, token()
            await asyncio.sleep(60)
        finally:
            left.append(True)

    async def watch() -> None:
        stream = as_sse(events())
        await anext(stream)
        await stream.aclose()

    asyncio.run(watch())
    assert left == [True]
