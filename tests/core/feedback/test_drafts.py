"""A rating that is half written is kept, for whoever writes it alone, until it is said."""

from datetime import timedelta
from uuid import UUID

import pytest

from core.clock import now
from core.errors import Invalid, NotAllowed, NotFound
from core.feedback.drafts import Draft, DraftService
from core.feedback.service import FeedbackService
from core.feedback.types import FailedStep, Said
from core.permissions import Actor, Role
from db.session import Database
from tests.core.review import rows

HALF = Draft(3, frozenset({"untrue", "mine"}), "half a thou\nght 一半", "Two.", FailedStep.TEXT)


@pytest.fixture
def drafts(database: Database) -> DraftService:
    return DraftService(database)


@pytest.fixture
def feedback(database: Database) -> FeedbackService:
    return FeedbackService(database)


@pytest.fixture
def run_id(database: Database, ann: Actor) -> UUID:
    return rows.run(database, ann, rows.model(database, "generation", "writer"))


@pytest.mark.parametrize("draft", [HALF, Draft(), Draft(comment="only this")])
def test_a_draft_is_kept_as_it_stands(
    drafts: DraftService, ann: Actor, run_id: UUID, draft: Draft
) -> None:
    drafts.keep(ann, run_id, Draft(1, comment="before"))
    drafts.keep(ann, run_id, draft)
    assert drafts.standing(ann, run_id).draft == draft


def test_nobody_else_sees_it(
    drafts: DraftService, database: Database, ann: Actor, run_id: UUID
) -> None:
    drafts.keep(ann, run_id, HALF)
    for other in (rows.person(database, "bob"), rows.person(database, "root", Role.ADMIN)):
        assert drafts.standing(other, run_id).draft is None
        drafts.discard(other, run_id)
    assert drafts.standing(ann, run_id).draft == HALF


def test_saving_and_withdrawing_drop_it(
    drafts: DraftService, feedback: FeedbackService, ann: Actor, run_id: UUID
) -> None:
    drafts.keep(ann, run_id, HALF)
    saved = feedback.rate(ann, run_id, 4).feedback
    standing = drafts.standing(ann, run_id)
    assert (standing.saved, standing.draft) == (saved, None)
    drafts.keep(ann, run_id, HALF)
    feedback.withdraw(ann, run_id)
    standing = drafts.standing(ann, run_id)
    assert (standing.saved, standing.draft) == (None, None)
    assert len(standing.happenings) == 2


def test_a_word_said_before_a_draft_leaves_it(
    drafts: DraftService, feedback: FeedbackService, ann: Actor, run_id: UUID
) -> None:
    before = now() - timedelta(minutes=1)
    drafts.keep(ann, run_id, HALF)
    feedback.say(ann, Said(run_id, 1), before)
    assert drafts.standing(ann, run_id).draft == HALF


def test_a_draft_is_discarded(drafts: DraftService, ann: Actor, run_id: UUID) -> None:
    drafts.discard(ann, run_id)
    drafts.keep(ann, run_id, HALF)
    drafts.discard(ann, run_id)
    assert drafts.standing(ann, run_id).draft is None


def test_what_cannot_be_saved_can_be_a_draft(
    drafts: DraftService, ann: Actor, run_id: UUID
) -> None:
    tags = frozenset(str(n) for n in range(20))
    drafts.keep(ann, run_id, Draft(tags=tags, comment="x" * 5000 + "\x00\ud800\x07"))
    assert drafts.standing(ann, run_id).draft == Draft(tags=tags, comment="x" * 5000 + "\x07")
    with pytest.raises(Invalid):
        drafts.keep(ann, run_id, Draft(comment="x" * 250_001))


def test_drafts_need_a_run_that_one_may_see_and_the_right_to_rate(
    drafts: DraftService, database: Database, run_id: UUID
) -> None:
    with pytest.raises(NotFound):
        drafts.keep(rows.person(database, "bob"), run_id, HALF)
    guest = rows.person(database, "guest", Role.GUEST)
    with pytest.raises(NotAllowed):
        drafts.keep(guest, run_id, HALF)
    with pytest.raises(NotAllowed):
        drafts.standing(guest, run_id)
