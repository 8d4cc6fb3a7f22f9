"""Tokens counted for each person, day and model."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from core.errors import Invalid, NotAllowed
from core.generation.service import GenerationService
from core.generation.usage import ModelUsage, Period, UsageService, Used, last_days, total
from core.permissions import Actor, Role
from db.session import Database
from tests.core.generation.conftest import Writer
from tests.core.generation.test_recovery import leave, wait_for_parts, write
from tests.core.generation.test_service import LONG, PROMPT, SHORT, row
from tests.core.inference.textengine.support import PATIENCE_S

NOON = date(2026, 3, 1)


def test_what_was_read_and_written_is_counted_stopped_runs_too(
    service: GenerationService, database: Database, writer: Writer, ana: Actor
) -> None:
    done = service.wait(ana, service.start(ana, PROMPT, replace(SHORT, n=2)).id, PATIENCE_S)
    run = service.start(ana, PROMPT, LONG)
    write(writer, service.follow(ana, run.id), 3)
    service.cancel(ana, run.id)
    writer.gate.set()
    stopped = service.wait(ana, run.id, PATIENCE_S)

    each = [done.usage, stopped.usage]
    assert stopped.usage.completion_tokens >= 3
    (line,) = UsageService(database).own(ana, last_days(1))
    assert (line.user, line.model) == ("ana", "reporter")
    assert line.used == Used(
        2, sum(u.prompt_tokens for u in each), sum(u.completion_tokens for u in each)
    )
    closed = row(database, done.id)
    assert (closed.prompt_tokens, closed.completion_tokens) == tuple(vars(done.usage).values())


def test_a_run_that_a_dead_process_left_is_counted_once(
    service: GenerationService, database: Database, writer: Writer, ana: Actor
) -> None:
    run = service.start(ana, PROMPT, LONG)
    write(writer, service.follow(ana, run.id), 3)
    wait_for_parts(database, run.id, 1)
    leave(database, run.id)
    assert service.recover() == 1
    kept = row(database, run.id).completion_tokens
    writer.gate.set()
    service.wait(ana, run.id, PATIENCE_S)

    assert total(UsageService(database).own(ana, last_days())) == Used(1, 0, kept or 0)


def test_a_period_has_both_its_days_and_no_others(database: Database, ann: Actor) -> None:
    for back in (0, 1, 2, 40):
        use(database, ann, NOON - timedelta(days=back), back + 1)
    usage = UsageService(database)

    def read(days: int) -> int:
        return total(usage.own(ann, Period(NOON - timedelta(days=days), NOON))).runs

    assert [read(0), read(1), read(39), read(40)] == [1, 3, 6, 47]
    assert usage.own(ann, Period(NOON + timedelta(days=1), NOON + timedelta(days=9))) == ()
    with pytest.raises(Invalid, match="since"):
        usage.own(ann, Period(NOON, NOON - timedelta(days=1)))


def test_only_reviewers_see_what_others_used(
    database: Database, person: Callable[..., Actor]
) -> None:
    ben, root = person("ben"), person("root", Role.ADMIN)
    use(database, ben, NOON, 3)
    use(database, root, NOON, 5)
    usage, period = UsageService(database), Period(NOON, NOON)

    bens = ModelUsage("ben", "writer", Used(3, 30, 300))
    roots = ModelUsage("root", "writer", Used(5, 50, 500))
    assert usage.of_people(root, period) == (bens, roots)
    assert usage.of_people(root, period, "BEN") == (bens,)
    assert usage.own(root, period) == (roots,)
    assert usage.own(person("gus", Role.GUEST), period) == ()
    with pytest.raises(NotAllowed):
        usage.of_people(ben, period, "ben")


def use(database: Database, actor: Actor, day: date, runs: int) -> None:
    with database.unit_of_work() as session:
        session.execute(
            text(
                "insert into models (id, task, name, revision, source)"
                " values (gen_random_uuid(), 'generation', 'writer', 'r1', 'x')"
                " on conflict do nothing"
            )
        )
        session.execute(
            text(
                "insert into usage_days select :user, :day, id, :runs, :runs * 10, :runs * 100"
                " from models"
            ),
            {"user": actor.user_id, "day": day, "runs": runs},
        )
