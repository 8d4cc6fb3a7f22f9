"""The tags a person uses most are at hand."""

from uuid import UUID

import pytest

from core.errors import NotAllowed
from core.feedback.service import MAX_FREQUENT_TAGS, FeedbackService
from core.permissions import Actor, Role
from core.runs.types import Task
from db.session import Database
from tests.core.review import rows


@pytest.fixture
def feedback(database: Database) -> FeedbackService:
    return FeedbackService(database)


@pytest.fixture
def writer(database: Database) -> UUID:
    return rows.model(database, "generation", "writer")


def rate(feedback: FeedbackService, actor: Actor, run_id: UUID, *tags: str) -> None:
    feedback.rate(actor, run_id, 3, tags)


def test_one_s_own_most_used_come_first_and_no_suggested_ones(
    feedback: FeedbackService, database: Database, ann: Actor, writer: UUID
) -> None:
    for tags in (("b", "untrue"), ("b", "a"), ("c", "a", "b"), ()):
        rate(feedback, ann, rows.run(database, ann, writer), *tags)
    bob = rows.person(database, "bob")
    rate(feedback, bob, rows.run(database, bob, writer), "bobs")
    assert feedback.frequent_tags(ann, Task.GENERATION) == ("b", "a", "c")
    assert feedback.frequent_tags(ann, Task.DETECTION) == ()
    assert feedback.frequent_tags(bob, Task.GENERATION) == ("bobs",)


def test_there_are_only_a_few(
    feedback: FeedbackService, database: Database, ann: Actor, writer: UUID
) -> None:
    for first in ("ghij", "abcdef"):
        rate(feedback, ann, rows.run(database, ann, writer), *first)
    assert feedback.frequent_tags(ann, Task.GENERATION) == tuple("abcdef")
    assert MAX_FREQUENT_TAGS == 6


def test_whoever_may_not_rate_has_none(feedback: FeedbackService, database: Database) -> None:
    with pytest.raises(NotAllowed):
        feedback.frequent_tags(rows.person(database, "guest", Role.GUEST), Task.GENERATION)
