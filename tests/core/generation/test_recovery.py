"""What is left of a run whose process is gone, and that nobody touches one whose process lives."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text

from core.config import Settings
from core.generation.service import GenerationService
from core.generation.stream import LiveStream
from core.generation.types import FinishReason, TokenEvent
from core.permissions import Actor
from core.runs.types import RunStatus
from db.repositories.progress import ProgressRepository
from db.session import Database, Presence
from tests.core.generation.conftest import Writer
from tests.core.generation.test_service import LONG, PROMPT, SHORT, row
from tests.core.inference.textengine.support import PATIENCE_S
from tests.core.review import rows
from tests.db.test_embedded import wait_until

KEPT = "The server stopped while this was being written; the text up to there was kept."
NOTHING = "The server stopped while this was being written; start it again."
PAUSE = threading.Event()


def parts(database: Database, run_id: UUID) -> list[dict[str, Any]]:
    with database.unit_of_work() as session:
        found = session.execute(
            text("select events from run_progress where run_id = :run order by part"),
            {"run": run_id},
        )
        return [part.events for part in found]


def wait_for_parts(database: Database, run_id: UUID, many: int) -> None:
    until(lambda: len(parts(database, run_id)) >= many)


def until(true: Callable[[], bool]) -> None:
    for _ in range(PATIENCE_S * 100):
        if true():
            return
        PAUSE.wait(0.01)
    raise AssertionError("it never came")


def write(writer: Writer, stream: LiveStream, tokens: int) -> None:
    """Let so many tokens be written, or some more, and hold the model then."""
    writer.gate.set()
    until(lambda: len(stream.since(0)[0]) >= tokens)
    writer.gate.clear()


@pytest.fixture
def restarted(
    database: Database, writer: Writer, settings: Settings
) -> Iterator[GenerationService]:
    """The service of a second process."""
    service = GenerationService(database, writer, settings)
    yield service
    service.close()


def leave(database: Database, run_id: UUID) -> None:
    """As if the process that writes this run were gone: nobody shows that key."""
    with database.unit_of_work() as session:
        session.execute(text("update runs set writer = 1 where id = :run"), {"run": run_id})


def test_the_text_kept_of_a_dead_process_becomes_the_runs(
    service: GenerationService,
    restarted: GenerationService,
    database: Database,
    writer: Writer,
    ana: Actor,
) -> None:
    run = service.start(ana, PROMPT, replace(LONG, n=2, top_logprobs=2))
    live = service.follow(ana, run.id)
    for part in (1, 2):
        write(writer, live, 6 * part)
        wait_for_parts(database, run.id, part)
    leave(database, run.id)

    assert restarted.recover() == 1
    recorded = restarted.follow(ana, run.id)
    found, events = recorded.run, recorded.since(0)[0]
    assert len(events) >= 12
    assert events == live.since(0)[0][: len(events)]
    assert (found.status, found.error) == (RunStatus.FAILED, KEPT)
    for number, output in enumerate(found.outputs):
        assert output.finish_reason is FinishReason.ERROR
        assert output.text == "".join(e.text for e in events if e.output == number)
    closed = row(database, run.id)
    assert (closed.status, closed.error_code) == ("failed", "interrupted")
    assert closed.completion_tokens == len(events)
    assert parts(database, run.id) == []


def test_nothing_is_kept_once_a_run_is_recorded(
    service: GenerationService, database: Database, writer: Writer, ana: Actor
) -> None:
    run = service.start(ana, PROMPT, LONG)
    write(writer, service.follow(ana, run.id), 3)
    wait_for_parts(database, run.id, 1)
    service.cancel(ana, run.id)
    writer.gate.set()
    service.wait(ana, run.id, PATIENCE_S)

    assert parts(database, run.id) == []


def test_a_part_that_comes_after_the_end_is_not_kept(database: Database, ann: Actor) -> None:
    model = rows.model(database, "generation", "writer")
    running, done = (rows.run(database, ann, model, status=state) for state in ("running", "done"))
    with database.unit_of_work() as session:
        part = {"part": 0, "events": {"tokens": []}}
        ProgressRepository(session).add([{"run": run, **part} for run in (running, done)])

    assert (len(parts(database, running)), len(parts(database, done))) == (1, 0)


def test_a_run_of_which_nothing_was_kept_is_closed_too(
    restarted: GenerationService, database: Database, ann: Actor
) -> None:
    model = rows.model(database, "generation", "writer")
    left = rows.run(database, ann, model, status="running", writer=1)
    with database.unit_of_work() as session:
        session.execute(text("update runs set output = null"))
    done = rows.run(database, ann, model, writer=1)

    assert restarted.recover() == 1
    found = restarted.get(ann, left)
    assert (found.status, found.error) == (RunStatus.FAILED, NOTHING)
    assert found.outputs[0].finish_reason is FinishReason.ERROR
    assert restarted.get(ann, done).status is RunStatus.DONE
    assert restarted.recover() == 0


def test_a_second_process_leaves_the_runs_of_a_living_one(
    service: GenerationService, restarted: GenerationService, writer: Writer, ana: Actor
) -> None:
    writer.gate.clear()
    run = service.start(ana, PROMPT, SHORT)
    assert restarted.recover() == 0
    assert service.recover() == 0
    writer.gate.set()
    assert service.wait(ana, run.id, PATIENCE_S).status is RunStatus.DONE


def test_a_process_shows_again_that_it_lives_after_the_database_was_away(
    service: GenerationService,
    restarted: GenerationService,
    database: Database,
    writer: Writer,
    ana: Actor,
) -> None:
    run = service.start(ana, PROMPT, LONG)
    live = service.follow(ana, run.id)
    write(writer, live, 3)
    wait_for_parts(database, run.id, 1)
    hang_up(database)
    PAUSE.wait(0.1)  # a connection used a moment ago is not asked whether it lives
    write(writer, live, 6)
    wait_for_parts(database, run.id, 2)

    assert restarted.recover() == 0
    service.cancel(ana, run.id)
    writer.gate.set()
    assert service.wait(ana, run.id, PATIENCE_S).status is RunStatus.STOPPED


def hang_up(database: Database) -> None:
    """End every connection to the server but one's own, as a restart of it would."""
    engine = create_engine(database.engine.url)
    with engine.connect() as admin:
        others = (
            "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
        )
        admin.execute(text(f"{others} and backend_type = 'client backend'"))
    engine.dispose()


def test_what_cannot_be_kept_stops_neither_its_run_nor_others_from_being_kept(
    service: GenerationService, database: Database, writer: Writer, ana: Actor
) -> None:
    writer.gate.clear()
    bad, good = (service.start(ana, PROMPT, LONG) for _ in range(2))
    live: Any = service.follow(ana, bad.id)
    live.on_token(TokenEvent(0, 0, "no JSON", 5, float("nan")))
    for part in (1, 2):
        write(writer, service.follow(ana, good.id), 3 * part)
        wait_for_parts(database, good.id, part)

    assert parts(database, bad.id) == []
    assert service.get(ana, bad.id).status is RunStatus.RUNNING


def test_presence_is_seen_until_it_leaves(database: Database) -> None:
    presence = Presence(database)
    presence.show()
    presence.show()
    assert not free(database, presence.key)
    presence.leave()
    wait_until(lambda: free(database, presence.key))  # the server hears of it a moment later


def free(database: Database, key: int) -> bool:
    with database.unit_of_work() as session:
        got = session.scalar(text("select pg_try_advisory_xact_lock(:key)"), {"key": key})
    return bool(got)
