"""Roll-ups are exact after whatever many writers do at once, and mended where they are broken."""

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.accounts.service import AccountService
from core.ids import new_id
from core.permissions import Actor
from core.review import rollups
from db.models import Run
from db.repositories.feedback import FeedbackRepository
from db.repositories.reconcile import ReconcileRepository
from db.repositories.verdicts import VerdictRepository
from db.session import Database
from tests.core.review import rows

TAGS = ("untrue", "loose box", "style")
_BOXES = [{"label": f"Red {shape}", "score": 0.9, "box": {}} for shape in ("star", "ring", "cross")]


def drifted(database: Database) -> dict[str, int]:
    with database.unit_of_work() as session:
        repository = ReconcileRepository(session)
        assert repository.totals(10).agree == (not any(keys for _, keys in repository.drift()))
        return {table: keys for table, keys in repository.drift() if keys}


class Writers:
    """What people and reviewers do, each in a transaction of its own."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database, self.draw = database, random.Random(seed)  # noqa: S311
        self.people = [rows.person(database, f"person {number}") for number in range(3)]
        self.models = {
            rows.model(database, "detection", "shapes"): "detection",
            rows.model(database, "generation", "reporter"): "generation",
        }
        self.runs = [self._run(number) for number in range(24)]

    def _run(self, number: int) -> tuple[UUID, UUID, str]:
        model_id, task = list(self.models.items())[number % 2]
        id = rows.run(
            self.database,
            self.people[number % 3],
            model_id,
            task=task,
            at=rows.NOON + timedelta(hours=9 * (number % 5)),
            demo=number % 4 == 0,
        )
        if task == "detection":
            with self.database.unit_of_work() as session:
                found = session.get_one(Run, id)
                found.output = {"detections": _BOXES}
        return id, model_id, task

    def rate(self, draw: random.Random, person: Actor) -> None:
        run_id, model_id, task = draw.choice(self.runs)
        at = datetime(2026, 3, draw.randint(1, 3), tzinfo=UTC)
        with self.database.unit_of_work() as session:
            FeedbackRepository(session).put(
                {"id": new_id(), "run_id": run_id, "model_id": model_id, "task": task}
                | {"user_id": person.user_id, "rating": draw.randint(1, 5), "comment": "well"}
                | {"tags": draw.sample(TAGS, draw.randint(0, 2)), "failed_step": None}
                | {"created_at": at, "updated_at": at, "said_at": at}
                | {"idempotency_key": None, "request_hash": None}
            )

    def withdraw(self, draw: random.Random, person: Actor) -> None:
        with self.database.unit_of_work() as session:
            FeedbackRepository(session).remove(draw.choice(self.runs)[0], person.user_id)

    def judge(self, draw: random.Random, person: Actor) -> None:
        run_id, _, task = draw.choice(self.runs)
        if task != "detection":
            return
        at = datetime.now(UTC)
        with self.database.unit_of_work() as session:
            verdicts = VerdictRepository(session)
            verdicts.lock(run_id, person.user_id)
            verdicts.remove_verdicts_except(run_id, person.user_id, [draw.randrange(3)])
            verdicts.put_verdicts(
                [
                    {"id": new_id(), "run_id": run_id, "user_id": person.user_id}
                    | {"box_index": draw.randrange(3), "created_at": at, "updated_at": at}
                    | {"verdict": draw.choice(("right", "loose", "absent"))}
                ]
            )

    def miss(self, draw: random.Random, person: Actor) -> None:
        run_id, _, task = draw.choice(self.runs)
        if task != "detection":
            return
        with self.database.unit_of_work() as session:
            verdicts = VerdictRepository(session)
            verdicts.lock(run_id, person.user_id)
            verdicts.add_missed(
                id=new_id(),
                run_id=run_id,
                user_id=person.user_id,
                label="Blue Bolt",
                corners=(0, 0, 5, 5),
                created_at=datetime.now(UTC),
            )

    def review(self, draw: random.Random, person: Actor) -> None:
        """Many at once, in the order of their ids, as two who do so would wait for each other."""
        with self.database.unit_of_work() as session:
            session.execute(
                text(
                    "with chosen as (select id from feedback where rating = :rating"
                    " order by id for update)"
                    " update feedback f set review_status = :status, note = 'seen'"
                    " from chosen where f.id = chosen.id"
                ),
                {"rating": draw.randint(1, 5), "status": draw.choice(("new", "triaged", "fixed"))},
            )

    def drop(self, draw: random.Random, person: Actor) -> None:
        """A run goes, with all that hangs on it, and another one comes."""
        if draw.random() < 0.7:
            return
        run_id = draw.choice(self.runs)[0]
        with self.database.unit_of_work() as session:
            # First the run, as those who judge it do; then its ratings in the order of `review`.
            session.execute(text("select from runs where id = :id for update"), {"id": run_id})
            held = "select id from feedback where run_id = :id order by id for update"
            session.execute(text(held), {"id": run_id})
            session.execute(text("delete from runs where id = :id"), {"id": run_id})
        number = self.draw.randrange(100)
        self.runs.append(self._run(number))


_RUN_GOES = {"23503", "40P01"}
"""Its run is gone, or going: who rates it holds the rating first, and who deletes it the run, so
that one of the two may be rolled back."""


def _work(writers: Writers, seed: int, steps: int, failures: list[Exception]) -> None:
    draw = random.Random(seed)  # noqa: S311
    acts: list[Callable[[random.Random, Actor], None]] = [
        *(writers.rate, writers.rate, writers.rate, writers.withdraw),
        *(writers.judge, writers.miss, writers.review, writers.drop),
    ]
    for _ in range(steps):
        try:
            draw.choice(acts)(draw, draw.choice(writers.people))
        except DBAPIError as error:
            if getattr(error.orig, "pgcode", None) not in _RUN_GOES:
                failures.append(error)


@pytest.mark.parametrize("threads", [1, 8, pytest.param(20, marks=pytest.mark.slow)])
def test_roll_ups_are_exact_after_many_writers_at_once(database: Database, threads: int) -> None:
    writers = Writers(database, threads)
    failures: list[Exception] = []
    started = [
        threading.Thread(target=_work, args=(writers, seed, 240 // threads, failures))
        for seed in range(threads)
    ]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    assert not failures
    assert drifted(database) == {}
    with database.unit_of_work() as session:
        left = session.execute(text("select count(*) from feedback")).scalar_one()
        stale = session.execute(
            text(
                "select count(*) from feedback where verdicts <> feedback_verdicts(run_id, user_id)"
            )
        ).scalar_one()
    assert left > 0
    assert stale == 0


def test_a_rating_and_a_verdict_at_the_same_moment_agree(database: Database) -> None:
    """Each waits for the other, so that the rating's copy has the verdict."""
    writers = Writers(database, 1)
    run_id, model_id, task = writers.runs[0]
    person, at = writers.people[0], datetime.now(UTC)
    judged, rated = threading.Event(), threading.Event()

    def rate() -> None:
        judged.wait()
        with database.unit_of_work() as session:
            FeedbackRepository(session).put(
                {"id": new_id(), "run_id": run_id, "model_id": model_id, "task": task}
                | {"user_id": person.user_id, "rating": 1, "tags": [], "comment": ""}
                | {"failed_step": None, "idempotency_key": None, "request_hash": None}
                | {"created_at": at, "updated_at": at, "said_at": at}
            )
        rated.set()

    thread = threading.Thread(target=rate)
    thread.start()
    with database.unit_of_work() as session:
        verdicts = VerdictRepository(session)
        verdicts.lock(run_id, person.user_id)
        verdicts.put_verdicts(
            [
                {"id": new_id(), "run_id": run_id, "user_id": person.user_id, "box_index": 0}
                | {"verdict": "absent", "created_at": at, "updated_at": at}
            ]
        )
        judged.set()
        assert not rated.wait(0.3)
    thread.join()
    with database.unit_of_work() as session:
        (copy,) = session.execute(text("select verdicts from feedback")).one()
    assert copy == [{"label": "red star", "score": 0.9, "verdict": "absent"}]


def test_writers_that_meet_count_in_slots_of_their_own(database: Database) -> None:
    asked = text("select rollup_slot() from generate_series(1, 3)")
    with database.unit_of_work() as first, database.unit_of_work() as second:
        slots = [session.scalars(asked).all() for session in (first, second, first)]
    assert slots == [[0, 0, 0], [1, 1, 1], [0, 0, 0]]


@pytest.mark.parametrize(
    ("broken", "tables"),
    [
        ("update feedback_days set n = n + 1", {"feedback_days"}),
        ("delete from rater_days", {"rater_days"}),
        ("update run_days set rated = rated + 1", {"run_days"}),
        ("delete from run_ratings", {"run_ratings"}),
        ("update verdict_totals set n = 0", {"verdict_totals"}),
        ("update tag_totals set n = n - 1", {"tag_totals"}),
        ("update setting_totals set x = x + 1", {"setting_totals"}),
    ],
)
def test_what_drifted_is_told_and_mended(database: Database, broken: str, tables: set[str]) -> None:
    writers = Writers(database, 3)
    _work(writers, 3, 120, [])
    assert rollups.check(database).good
    with database.unit_of_work() as session:
        session.execute(text(broken))
    found = {
        table for table, keys in rollups.reconcile(database, AccountService.system_actor()) if keys
    }
    assert found == tables
    assert not any(keys for _, keys in rollups.reconcile(database, AccountService.system_actor()))
    assert rollups.check(database).good


def test_the_quick_check_sees_ratings_that_nobody_counted(database: Database) -> None:
    writers = Writers(database, 4)
    _work(writers, 4, 60, [])
    with database.unit_of_work() as session:
        session.execute(text("update feedback_days set n = n + 1"))
    check = rollups.check(database)
    assert not check.good
    assert "manage.py db reconcile" in check.text
