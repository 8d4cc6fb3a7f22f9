"""Texts and the limits of who asks for them: counted beforehand, given back at the end."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from core.errors import LimitReached
from core.generation.service import GenerationService
from core.permissions import Actor, Role
from core.runs.types import RunStatus, Task
from db.session import Database
from tests.core.generation.conftest import Writer
from tests.core.generation.test_recovery import leave, until, wait_for_parts, write
from tests.core.generation.test_service import LONG, PROMPT, SHORT, rows
from tests.core.inference.textengine.support import PATIENCE_S
from tests.core.limits.conftest import ask, leases, used


@pytest.fixture
def gus(person: Callable[..., Actor]) -> Actor:
    return person("gus", Role.GUEST)


def written(database: Database, service: GenerationService, actor: Actor) -> int:
    """The tokens of all runs; all places must be free and nothing else counted."""
    with database.unit_of_work() as session:
        tokens = int(session.scalar(text("select sum(completion_tokens) from runs")) or 0)
    assert leases(database) == 0
    assert used(database, actor.user_id) == tokens
    return tokens


def test_what_an_ended_run_did_not_write_is_given_back(
    service: GenerationService, database: Database, gus: Actor
) -> None:
    run = service.start(gus, PROMPT, replace(SHORT, n=2))
    assert service.wait(gus, run.id, PATIENCE_S).status is RunStatus.DONE
    service.wait(gus, service.again(gus, run.id).id, PATIENCE_S)
    cut = service.wait(gus, service.start(gus, PROMPT, replace(LONG, max_new_tokens=3)).id)
    service.wait(gus, service.carry_on(gus, cut.id, max_new_tokens=30).id, PATIENCE_S)

    assert written(database, service, gus) > 6


def test_a_running_text_counts_all_it_may_write_and_keeps_its_place(
    service: GenerationService, database: Database, writer: Writer, gus: Actor
) -> None:
    writer.gate.clear()
    run = service.start(gus, PROMPT, replace(LONG, n=2))
    assert used(database, gus.user_id) == 1_000
    with pytest.raises(LimitReached, match="1 text is being written for you") as refused:
        service.start(gus, PROMPT, SHORT)
    assert refused.value.retry_after
    assert len(rows(database)) == 1

    service.cancel(gus, run.id)
    writer.gate.set()
    assert service.wait(gus, run.id, PATIENCE_S).status is RunStatus.STOPPED
    assert written(database, service, gus) < 1_000
    service.wait(gus, service.start(gus, PROMPT, SHORT).id, PATIENCE_S)


def test_a_run_that_the_engine_refuses_costs_no_tokens(
    service: GenerationService, database: Database, writer: Writer, ana: Actor
) -> None:
    writer.gate.clear()
    running = [service.start(ana, PROMPT, replace(LONG, n=2)) for _ in range(2)]
    with pytest.raises(LimitReached):
        service.start(ana, PROMPT, LONG)
    assert (used(database, ana.user_id), leases(database)) == (2_000, 2)

    for run in running:
        service.cancel(ana, run.id)
    writer.gate.set()
    for run in running:
        service.wait(ana, run.id, PATIENCE_S)
    written(database, service, ana)


def test_what_a_killed_process_left_is_given_back_when_it_is_closed(
    service: GenerationService, database: Database, writer: Writer, gus: Actor
) -> None:
    run = service.start(gus, PROMPT, LONG)
    write(writer, service.follow(gus, run.id), 6)
    wait_for_parts(database, run.id, 1)
    leave(database, run.id)

    assert service.recover() == 1
    assert 6 <= written(database, service, gus) < 500
    writer.gate.set()
    service.cancel(gus, run.id)
    service.wait(gus, run.id, PATIENCE_S)
    written(database, service, gus)


def test_the_place_of_a_text_is_kept_while_it_is_written(
    service: GenerationService, database: Database, writer: Writer, gus: Actor
) -> None:
    writer.gate.clear()
    run = service.start(gus, PROMPT, LONG)
    with database.unit_of_work() as session:
        session.execute(text("update stream_leases set expires_at = clock_timestamp()"))
    service._progress._renewed -= 60  # as if it were a minute later

    def kept() -> bool:
        with database.unit_of_work() as session:
            query = "select count(*) from stream_leases where expires_at > clock_timestamp()"
            return bool(session.scalar(text(query)))

    until(kept)
    service.cancel(gus, run.id)
    writer.gate.set()
    service.wait(gus, run.id, PATIENCE_S)


def test_without_tokens_nothing_is_begun(
    service: GenerationService, database: Database, writer: Writer, gus: Actor
) -> None:
    ask(database, gus, Task.GENERATION, amount=20_000)
    with pytest.raises(LimitReached, match="You have used today's 20,000 tokens"):
        service.start(gus, PROMPT, SHORT)

    assert (rows(database), writer.engine.stats().active) == ([], 0)
