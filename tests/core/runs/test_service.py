"""Lists of one's own runs, and which came from which."""

from datetime import timedelta
from uuid import UUID

import pytest

from core.errors import Invalid, NotAllowed, NotFound
from core.feedback.service import FeedbackService
from core.permissions import Role
from core.runs.service import RunService
from core.runs.types import Relation, RunLink, RunStatus, Task
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


def test_a_run_tells_where_it_came_from_and_what_came_from_it(database: Database) -> None:
    ann = rows.person(database, "ann")
    shapes = rows.model(database, "detection", "shapes")
    writer = rows.model(database, "generation", "writer")
    boxes = rows.run(database, ann, shapes, task="detection")
    report = rows.run(database, ann, writer, parent_id=boxes, relation="described")
    later = rows.NOON + timedelta(hours=1)
    again = rows.run(database, ann, writer, parent_id=report, relation="again", status="stopped")
    longer = rows.run(database, ann, writer, parent_id=report, relation="continued", at=later)
    runs = RunService(database)
    found = runs.relatives(ann, report)
    assert found.parent == RunLink(
        boxes, Relation.DESCRIBED, Task.DETECTION, rows.NOON, RunStatus.DONE
    )
    assert found.children == (
        RunLink(longer, Relation.CONTINUED, Task.GENERATION, later, RunStatus.DONE),
        RunLink(again, Relation.AGAIN, Task.GENERATION, rows.NOON, RunStatus.STOPPED),
    )
    assert runs.relatives(ann, again).children == ()
    assert [run.relation for run in runs.recent(ann)] == [
        *(Relation.CONTINUED, Relation.AGAIN, Relation.DESCRIBED, None)
    ]


def test_relatives_of_others_are_not_told(database: Database) -> None:
    ann, root = rows.person(database, "ann"), rows.person(database, "root", Role.ADMIN)
    writer = rows.model(database, "generation", "writer")
    first = rows.run(database, ann, writer)
    copy = rows.run(database, root, writer, parent_id=first, relation="again")
    runs = RunService(database)
    assert runs.relatives(ann, first).children == ()
    assert [child.id for child in runs.relatives(root, first).children] == [copy]
    with pytest.raises(NotFound):
        runs.relatives(ann, copy)


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
