"""Following a run: while it is written, from the middle, and after its end."""

import asyncio
from dataclasses import replace

from core.generation.service import GenerationService
from core.generation.stream import LiveStream
from core.generation.types import GenerationRun, TokenEvent
from core.permissions import Actor
from core.runs.types import RunStatus
from db.repositories.runs import RunRepository
from db.session import Database
from tests.core.generation.conftest import Writer
from tests.core.generation.test_service import LONG, PROMPT, SHORT

Told = list[tuple[int, TokenEvent] | GenerationRun | None]


async def all_of(stream: LiveStream, after: int = -1) -> Told:
    return [told async for told in stream.events(after)]


def followed(stream: LiveStream, after: int = -1) -> Told:
    return asyncio.run(all_of(stream, after))


def test_a_follower_hears_every_token_in_order_and_the_run_last(
    service: GenerationService, writer: Writer, ana: Actor
) -> None:
    writer.gate.clear()
    run = service.start(ana, PROMPT, replace(SHORT, n=2))

    async def follow() -> Told:
        following = asyncio.create_task(all_of(service.follow(ana, run.id)))
        await asyncio.sleep(0.01)
        writer.gate.set()
        return await following

    *tokens, last = asyncio.run(follow())

    assert isinstance(last, GenerationRun)
    assert last.status is RunStatus.DONE
    events = [told[1] for told in tokens if isinstance(told, tuple)]
    assert [told[0] for told in tokens if isinstance(told, tuple)] == list(range(len(events)))
    assert len(events) == last.usage.completion_tokens
    for number, output in enumerate(last.outputs):
        mine = [event for event in events if event.output == number]
        assert [event.index for event in mine] == list(range(len(mine)))
        assert "".join(event.text for event in mine) == output.text


def test_the_end_is_told_only_after_the_row_is_closed(
    service: GenerationService, database: Database, ana: Actor
) -> None:
    run = service.start(ana, PROMPT, SHORT)

    async def status_at_the_end() -> str:
        async for told in service.follow(ana, run.id).events():
            if isinstance(told, GenerationRun):
                with database.unit_of_work() as session:
                    found = RunRepository(session).get_run(run.id)
                assert found is not None
                return found[0].status
        raise AssertionError("the end was never told")

    assert asyncio.run(status_at_the_end()) == "done"


def test_a_finished_run_is_replayed_with_the_same_numbers(
    service: GenerationService, writer: Writer, ana: Actor
) -> None:
    writer.gate.clear()
    run = service.start(ana, PROMPT, replace(SHORT, n=3, top_logprobs=2))
    live = service.follow(ana, run.id)
    writer.gate.set()
    told_live = followed(live)
    recorded = service.follow(ana, run.id)

    assert recorded is not live
    assert followed(recorded) == told_live


def test_a_follower_may_begin_after_any_event(service: GenerationService, ana: Actor) -> None:
    run = service.start(ana, PROMPT, replace(SHORT, n=3))
    stream = service.follow(ana, run.id)
    whole = followed(stream)

    assert len(whole) > 5
    assert followed(stream, after=1) == whole[2:]
    assert followed(service.follow(ana, run.id), after=1) == whole[2:]
    assert followed(stream, after=10_000) == whole[-1:]


def test_a_follower_that_leaves_changes_nothing(service: GenerationService, ana: Actor) -> None:
    run = service.start(ana, PROMPT, replace(LONG, max_new_tokens=60))
    stream = service.follow(ana, run.id)

    async def look_and_leave() -> int:
        async for told in stream.events():
            if isinstance(told, tuple) and told[0] == 3:
                return told[0]
        return -1

    assert asyncio.run(look_and_leave()) == 3
    again = followed(service.follow(ana, run.id), after=3)
    assert isinstance(again[-1], GenerationRun)
    assert again[-1].status is RunStatus.DONE
    assert len(again) == again[-1].usage.completion_tokens - 4 + 1


def test_what_get_shows_meanwhile_is_what_was_told(service: GenerationService, ana: Actor) -> None:
    run = service.start(ana, PROMPT, LONG)

    async def compare() -> None:
        text = ""
        async for told in service.follow(ana, run.id).events():
            if isinstance(told, tuple):
                text += told[1].text
                if told[0] == 10:
                    break
        seen = service.get(ana, run.id)
        assert seen.status is RunStatus.RUNNING
        assert seen.outputs[0].text.startswith(text)
        assert seen.outputs[0].finish_reason is None

    asyncio.run(compare())
    service.cancel(ana, run.id)


def test_a_recorded_run_is_no_longer_kept_in_memory(service: GenerationService, ana: Actor) -> None:
    run = service.start(ana, PROMPT, SHORT)
    live = service.follow(ana, run.id)
    live.wait()

    assert service.follow(ana, run.id) is not live
