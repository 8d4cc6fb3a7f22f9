"""What was said later stands, in whatever order it arrives."""

from datetime import datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest

from core.clock import now
from core.detection.types import Box
from core.errors import NotAllowed, NotFound
from core.feedback.service import FeedbackService
from core.feedback.types import Action, BoxVerdict, MissedObject, Rated, Said, Verdict
from core.feedback.verdicts import VerdictService
from core.permissions import Actor, Role
from db.session import Database
from tests.core.feedback.detections import detection
from tests.core.review import rows

MINUTE = timedelta(minutes=1)


@pytest.fixture
def feedback(database: Database) -> FeedbackService:
    return FeedbackService(database)


@pytest.fixture
def run_id(database: Database, ann: Actor) -> UUID:
    return rows.run(database, ann, rows.model(database, "generation", "writer"))


@pytest.fixture
def boxes_id(database: Database, ann: Actor) -> UUID:
    return detection(database, ann, rows.model(database, "detection", "shapes"), "cat", "dog")


@pytest.fixture
def then() -> datetime:
    return now() - 10 * MINUTE


def said(rated: Rated | None) -> tuple[bool, int]:
    assert rated is not None
    return rated.created, rated.feedback.rating


def test_the_last_word_stands_in_any_order_of_arrival(
    feedback: FeedbackService, database: Database, ann: Actor, then: datetime
) -> None:
    words = [(then + n * MINUTE, n + 1) for n in range(4)]
    model = rows.model(database, "generation", "writer")
    for order in permutations(words):
        run_id = rows.run(database, ann, model)
        for at, rating in order:
            feedback.say(ann, Said(run_id, rating, comment=f"word {rating}"), at)
        kept = feedback.own(ann, run_id)
        assert kept is not None
        assert (kept.rating, kept.comment) == (4, "word 4")
        happenings = feedback.own_history(ann, run_id)
        times = [each.at for each in happenings]
        assert times == sorted(times)
        assert happenings[-1].after["rating"] == 4


def test_an_earlier_word_changes_nothing_and_is_answered_with_what_stands(
    feedback: FeedbackService, ann: Actor, run_id: UUID, then: datetime
) -> None:
    newer = feedback.rate(ann, run_id, 5, ["style"], "later")
    older = feedback.say(ann, Said(run_id, 1, ("untrue",), "earlier", "Other."), then)
    assert older == Rated(newer.feedback, created=False, judgement=newer.judgement)
    assert feedback.own(ann, run_id) == newer.feedback
    assert len(feedback.own_history(ann, run_id)) == 1


def test_a_word_that_arrives_late_was_said_when_it_was_said(
    feedback: FeedbackService, ann: Actor, run_id: UUID, then: datetime
) -> None:
    late = feedback.say(ann, Said(run_id, 3), then)
    assert late is not None
    assert late.feedback.created_at == then
    assert [each.at for each in feedback.own_history(ann, run_id)] == [then]


def test_a_word_that_arrives_twice_is_one(
    feedback: FeedbackService, ann: Actor, run_id: UUID, then: datetime
) -> None:
    word = Said(run_id, 3, ("mine",), "once", key="k")
    assert said(feedback.say(ann, word, then)) == (True, 3)
    assert said(feedback.say(ann, word, then)) == (False, 3)
    assert said(feedback.say(ann, Said(run_id, 3, ("mine",), "once"), then)) == (False, 3)
    assert len(feedback.own_history(ann, run_id)) == 1


def test_a_rating_withdrawn_later_does_not_come_back(
    feedback: FeedbackService, ann: Actor, run_id: UUID, then: datetime
) -> None:
    feedback.say(ann, Said(run_id, 2), then)
    feedback.withdraw(ann, run_id)
    assert feedback.say(ann, Said(run_id, 4), then + MINUTE) is None
    assert feedback.own(ann, run_id) is None
    assert [each.action for each in feedback.own_history(ann, run_id)][1:] == [Action.WITHDRAWN]
    assert said(feedback.rate(ann, run_id, 4)) == (True, 4)


def test_verdicts_given_later_stay(
    feedback: FeedbackService, database: Database, ann: Actor, boxes_id: UUID, then: datetime
) -> None:
    verdicts = VerdictService(database)
    verdicts.set(ann, boxes_id, 0, Verdict.RIGHT)
    missed = MissedObject("cow", Box(1, 2, 30, 40))
    word = Said(boxes_id, 2, boxes=[BoxVerdict(0, Verdict.ABSENT)], missed=[missed])
    rated = feedback.say(ann, word, then)
    assert said(rated) == (True, 2)
    assert rated is not None
    assert rated.judgement == verdicts.of(ann, boxes_id)
    assert [each.verdict for each in rated.judgement.verdicts] == [Verdict.RIGHT]
    assert rated.judgement.missed == ()


def test_verdicts_said_before_a_newer_rating_are_not_taken(
    feedback: FeedbackService, ann: Actor, boxes_id: UUID, then: datetime
) -> None:
    feedback.rate(ann, boxes_id, 5)
    late = feedback.say(ann, Said(boxes_id, 1, boxes=[BoxVerdict(0, Verdict.ABSENT)]), then)
    assert said(late) == (False, 5)
    assert late is not None
    assert late.judgement.verdicts == ()


def test_two_late_words_on_boxes_come_in_their_order(
    feedback: FeedbackService, ann: Actor, boxes_id: UUID, then: datetime
) -> None:
    first, second = BoxVerdict(0, Verdict.RIGHT), BoxVerdict(0, Verdict.LOOSE)
    feedback.say(ann, Said(boxes_id, 1, boxes=[first]), then)
    late = feedback.say(ann, Said(boxes_id, 1, boxes=[second]), then + MINUTE)
    assert late is not None
    assert late.judgement.verdicts == (second,)


def test_what_may_not_be_said_now_may_not_be_said_late(
    feedback: FeedbackService, database: Database, run_id: UUID, then: datetime
) -> None:
    with pytest.raises(NotFound):
        feedback.say(rows.person(database, "bob"), Said(run_id, 3), then)
    with pytest.raises(NotAllowed):
        feedback.say(rows.person(database, "guest", Role.GUEST), Said(run_id, 3), then)
