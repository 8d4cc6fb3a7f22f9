"""A bad rating of a report says whether the boxes or the text failed."""

import hashlib
import json
from uuid import UUID

import pytest
from sqlalchemy import select

from core.errors import Conflict, Invalid
from core.feedback.service import FeedbackService
from core.feedback.types import FailedStep
from core.ids import new_id
from core.permissions import Actor
from db.models import Feedback
from db.session import Database
from tests.core.feedback.detections import reported
from tests.core.review import rows


@pytest.fixture
def feedback(database: Database) -> FeedbackService:
    return FeedbackService(database)


@pytest.fixture
def plain(database: Database, ann: Actor) -> UUID:
    return rows.run(database, ann, rows.model(database, "generation", "writer"))


@pytest.fixture
def report(database: Database, ann: Actor) -> UUID:
    """A report on two boxes of a detection that is erased since."""
    return reported(database, ann, new_id(), [0, 2])


def test_it_is_kept_changed_and_taken_back(
    feedback: FeedbackService, ann: Actor, report: UUID
) -> None:
    first = feedback.rate(ann, report, 1, failed_step="boxes").feedback
    assert first.failed_step is FailedStep.BOXES
    assert feedback.own(ann, report) == first
    assert feedback.rate(ann, report, 1, failed_step="boxes").feedback == first
    changed = feedback.rate(ann, report, 1, failed_step="text").feedback
    assert changed.failed_step is FailedStep.TEXT
    assert changed.updated_at > first.updated_at
    assert feedback.rate(ann, report, 2).feedback.failed_step is None


def test_it_comes_back_with_a_withdrawn_rating(
    feedback: FeedbackService, ann: Actor, report: UUID
) -> None:
    feedback.rate(ann, report, 2, failed_step="text")
    assert feedback.withdraw(ann, report).failed_step is FailedStep.TEXT


@pytest.mark.parametrize(
    ("rating", "step", "why"),
    [(1, "detector", "boxes, text"), (1, "", "boxes, text"), (3, "text", "rate 1 or 2")],
)
def test_what_it_cannot_be_is_refused_by_name(
    feedback: FeedbackService, ann: Actor, report: UUID, rating: int, step: str, why: str
) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        feedback.rate(ann, report, rating, failed_step=step)
    assert refused.value.facts["field"] == "failed_step"
    assert feedback.own(ann, report) is None


def test_a_run_of_one_step_has_none_to_name(
    feedback: FeedbackService, ann: Actor, plain: UUID
) -> None:
    with pytest.raises(Invalid, match="it has one step only; leave it out"):
        feedback.rate(ann, plain, 1, failed_step="text")


def test_a_key_stands_for_the_step_too_and_as_before_without_one(
    feedback: FeedbackService, database: Database, ann: Actor, report: UUID
) -> None:
    feedback.rate(ann, report, 1, key="a", failed_step="text")
    assert not feedback.rate(ann, report, 1, key="a", failed_step="text").created
    for step in ("boxes", None):
        with pytest.raises(Conflict, match="new key"):
            feedback.rate(ann, report, 1, key="a", failed_step=step)
    feedback.rate(ann, report, 1, ["untrue"], "no", key="b")
    with database.unit_of_work() as session:
        kept = session.scalars(select(Feedback.request_hash)).one()
    asked = json.dumps([str(report), 1, ["untrue"], "no"])
    assert kept == hashlib.sha256(asked.encode()).digest(), "keys in use stay known"
