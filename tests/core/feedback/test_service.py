"""Rating: one row for each person and run, whatever the clicks."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import func, select

from core.errors import Conflict, GlimpseError, Invalid, NotAllowed, NotFound
from core.feedback.service import FeedbackService
from core.feedback.types import ReviewStatus
from core.ids import new_id
from core.permissions import Actor, Role
from db.models import Feedback
from db.session import Database
from tests.core.review import rows


@pytest.fixture
def feedback(database: Database) -> FeedbackService:
    return FeedbackService(database)


@pytest.fixture
def run_id(database: Database, ann: Actor) -> UUID:
    return rows.run(database, ann, rows.model(database, "generation", "writer"))


def count(database: Database) -> int:
    with database.unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(Feedback)) or 0


def test_a_rating_is_kept_as_given(feedback: FeedbackService, ann: Actor, run_id: UUID) -> None:
    comment = "  Zeile eins\n\t第二行 ' ; drop table feedback; --  "
    rated = feedback.rate(ann, run_id, 2, [" untrue ", "untrue", "", "mine"], comment)
    assert rated.created
    kept = feedback.own(ann, run_id)
    assert kept == rated.feedback
    assert kept is not None
    assert (kept.rating, kept.tags, kept.comment) == (2, ("untrue", "mine"), comment)
    assert kept.review_status is ReviewStatus.NEW
    assert kept.created_at.utcoffset() is not None


def test_a_change_changes_the_row(
    feedback: FeedbackService, database: Database, ann: Actor, run_id: UUID
) -> None:
    first = feedback.rate(ann, run_id, 2, ["untrue"], "no").feedback
    second = feedback.rate(ann, run_id, 5, [], "yes")
    assert not second.created
    assert second.feedback.id == first.id
    assert second.feedback.created_at == first.created_at
    assert second.feedback.updated_at > first.updated_at
    assert (second.feedback.rating, second.feedback.tags, second.feedback.comment) == (5, (), "yes")
    assert count(database) == 1


def test_an_equal_repeat_changes_nothing(
    feedback: FeedbackService, ann: Actor, run_id: UUID
) -> None:
    first = feedback.rate(ann, run_id, 4, ["style"], "fine")
    again = feedback.rate(ann, run_id, 4, ["style"], "fine")
    assert not again.created
    assert again.feedback == first.feedback


@pytest.mark.parametrize("key", [None, "one key"])
def test_ten_submits_at_once_make_one_row(
    feedback: FeedbackService, database: Database, ann: Actor, run_id: UUID, key: str | None
) -> None:
    with ThreadPoolExecutor(10) as pool:
        futures = [pool.submit(feedback.rate, ann, run_id, 3, (), "", key) for _ in range(10)]
        rated = [future.result() for future in futures]
    assert count(database) == 1
    assert sum(each.created for each in rated) == 1
    assert len({each.feedback.id for each in rated}) == 1


def test_a_repeat_under_its_key_does_not_undo_a_later_change(
    feedback: FeedbackService, ann: Actor, run_id: UUID
) -> None:
    feedback.rate(ann, run_id, 1, key="k")
    feedback.rate(ann, run_id, 5)
    repeat = feedback.rate(ann, run_id, 1, key="k")
    assert not repeat.created
    assert repeat.feedback.rating == 5


def test_a_key_stands_for_one_request(
    feedback: FeedbackService, database: Database, ann: Actor, run_id: UUID
) -> None:
    other = rows.run(database, ann, rows.model(database, "generation", "writer", "r2"))
    feedback.rate(ann, run_id, 1, key="k")
    for asked in ((run_id, 2), (other, 1)):
        with pytest.raises(Conflict, match="new key"):
            feedback.rate(ann, *asked, key="k")
    bob = rows.person(database, "bob", Role.ADMIN)
    assert feedback.rate(bob, run_id, 4, key="k").created


@pytest.mark.parametrize("status", ["done", "stopped", "failed"])
def test_ended_runs_can_be_rated(
    feedback: FeedbackService, database: Database, ann: Actor, status: str
) -> None:
    run_id = rows.run(database, ann, rows.model(database, "generation", "w"), status=status)
    assert feedback.rate(ann, run_id, 1).created


def test_a_running_run_cannot_be_rated_yet(
    feedback: FeedbackService, database: Database, ann: Actor
) -> None:
    run_id = rows.run(database, ann, rows.model(database, "generation", "w"), status="running")
    with pytest.raises(Conflict, match="stop it or wait"):
        feedback.rate(ann, run_id, 1)
    assert count(database) == 0


def test_only_reviewers_rate_runs_of_others(
    feedback: FeedbackService, database: Database, run_id: UUID
) -> None:
    with pytest.raises(NotFound):
        feedback.rate(rows.person(database, "bob"), run_id, 1)
    with pytest.raises(NotFound):
        feedback.rate(rows.person(database, "eve"), new_id(), 1)
    assert feedback.rate(rows.person(database, "root", Role.ADMIN), run_id, 1).created


def test_guests_do_not_rate(feedback: FeedbackService, database: Database) -> None:
    guest = rows.person(database, "guest", Role.GUEST)
    run_id = rows.run(database, guest, rows.model(database, "generation", "w"))
    for call in (
        lambda: feedback.rate(guest, run_id, 5),
        lambda: feedback.own(guest, run_id),
        lambda: feedback.withdraw(guest, run_id),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_withdrawing_removes_ones_own_rating_only(
    feedback: FeedbackService, database: Database, ann: Actor, run_id: UUID
) -> None:
    admin = rows.person(database, "root", Role.ADMIN)
    given = feedback.rate(ann, run_id, 2, ["untrue"], "no").feedback
    feedback.rate(admin, run_id, 5)
    assert feedback.withdraw(ann, run_id) == given
    assert feedback.own(ann, run_id) is None
    assert feedback.own(admin, run_id) is not None
    with pytest.raises(NotFound):
        feedback.withdraw(ann, run_id)
    assert feedback.rate(ann, run_id, given.rating, given.tags, given.comment).created


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"rating": 0}, "rating"),
        ({"rating": 6}, "rating"),
        ({"rating": True}, "rating"),
        ({"tags": [str(n) for n in range(11)]}, "tags"),
        ({"tags": ["x" * 41]}, "tags"),
        ({"tags": ["two\nlines"]}, "tags"),
        ({"comment": "x" * 4001}, "comment"),
        ({"comment": "a\x00b"}, "comment"),
        ({"comment": "a\x1bb"}, "comment"),
        ({"comment": "half a pair \ud800"}, "comment"),
        ({"key": ""}, "Idempotency-Key"),
        ({"key": "k" * 201}, "Idempotency-Key"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(
    feedback: FeedbackService,
    database: Database,
    ann: Actor,
    run_id: UUID,
    values: dict[str, object],
    field: str,
) -> None:
    with pytest.raises(Invalid) as refused:
        feedback.rate(ann, run_id, **({"rating": 3} | values))  # type: ignore[arg-type]
    assert refused.value.facts["field"] == field
    assert count(database) == 0


def test_limits_themselves_are_allowed(feedback: FeedbackService, ann: Actor, run_id: UUID) -> None:
    tags = [f"{n:040d}" for n in range(10)]
    rated = feedback.rate(ann, run_id, 5, tags, "x" * 4000, "k" * 200)
    assert rated.feedback.tags == tuple(tags)


def test_a_rating_is_not_acknowledged_while_the_database_is_away(
    feedback: FeedbackService, database: Database, ann: Actor, run_id: UUID
) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none", lambda: GlimpseError("away"))
    with pytest.raises(GlimpseError, match="away"):
        FeedbackService(away).rate(ann, run_id, 5)
    assert count(database) == 0
