"""Lists of one's own runs, and what is closed after a crash."""

from datetime import timedelta
from uuid import UUID

import pytest

from core.errors import Invalid, NotAllowed, NotFound
from core.feedback.service import FeedbackService
from core.permissions import Role
from core.runs.service import RunService
from core.runs.types import RunStatus, Task
from db.repositories.runs import RunRepository
from db.session import Database
from tests.core.review import rows


def test_own_runs_come_newest_first_with_ones_own_rating(database: Database) -> None:
    ann, bob = rows.person(database, "ann"), rows.person(database, "bob")
    admin = rows.person(database, "root", Role.ADMIN)
    writer = rows.model(database, "generation", "writer")
    shapes = rows.model(database, "detection", "shapes")
    first = rows.run(database, ann, writer)
    rows.run(database, bob, writer, at=rows.NOON + timedelta(hours=1))
    second = rows.run(database, ann, shapes, task="detection", at=rows.NOON + timedelta(hours=2))
    FeedbackService(database).rate(ann, first, 4)
    FeedbackService(database).rate(admin, second, 1)
    runs = RunService(database)
    listed = runs.recent(ann)
    assert [(r.id, r.model, r.rating) for r in listed] == [
        (second, "shapes", None),
        (first, "writer", 4),
    ]
    assert [r.id for r in runs.recent(ann, Task.GENERATION)] == [first]
    assert [r.id for r in runs.recent(ann, limit=1)] == [second]


def test_guests_have_no_history(database: Database) -> None:
    guest = rows.person(database, "gus", Role.GUEST)
    with pytest.raises(NotAllowed):
        RunService(database).recent(guest)


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_list_has_bounds(database: Database, limit: int) -> None:
    with pytest.raises(Invalid, match="from 1 to 200"):
        RunService(database).recent(rows.person(database, "ann"), limit=limit)


def test_the_task_of_a_run_is_told_to_those_who_may_see_it(database: Database) -> None:
    ann, bob = rows.person(database, "ann"), rows.person(database, "bob")
    run_id = rows.run(database, ann, rows.model(database, "generation", "writer"))
    runs = RunService(database)
    assert runs.task_of(ann, run_id) is Task.GENERATION
    assert runs.task_of(rows.person(database, "root", Role.ADMIN), run_id) is Task.GENERATION
    with pytest.raises(NotFound):
        runs.task_of(bob, run_id)


def test_runs_a_dead_process_left_open_are_closed_as_failed(database: Database) -> None:
    ann, writer = rows.person(database, "ann"), rows.model(database, "generation", "writer")
    left = rows.run(database, ann, writer, status="running")
    done = rows.run(database, ann, writer)
    began = rows.NOON + timedelta(hours=1)
    current = rows.run(database, ann, writer, status="running", at=began + timedelta(seconds=1))
    with database.unit_of_work() as session:
        assert RunRepository(session).fail_interrupted("generation", began, began) == 1
    states = {r.id: r.status for r in RunService(database).recent(ann)}
    assert states == {
        left: RunStatus.FAILED,
        done: RunStatus.DONE,
        current: RunStatus.RUNNING,
    }


def test_a_run_is_closed_once(database: Database) -> None:
    ann, writer = rows.person(database, "ann"), rows.model(database, "generation", "writer")
    run_id = rows.run(database, ann, writer, status="running")
    closed = [close(database, run_id, status) for status in ("stopped", "done")]
    assert closed == [True, False]
    assert RunService(database).recent(ann)[0].status is RunStatus.STOPPED


def close(database: Database, run_id: UUID, status: str) -> bool:
    with database.unit_of_work() as session:
        return RunRepository(session).finish_run(
            run_id,
            status=status,
            output=None,
            error_code=None,
            timings_ms={},
            latency_ms=1,
            finished_at=rows.NOON,
        )
