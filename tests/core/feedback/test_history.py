"""What happened to a rating is kept with it: by whom, when, and what changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from core.clock import now
from core.errors import Conflict, NotAllowed, NotFound
from core.feedback import history
from core.feedback.service import FeedbackService
from core.feedback.types import Action, BoxVerdict, Happening, Verdict
from core.feedback.verdicts import VerdictService
from core.permissions import Actor, Role
from db.models import Feedback
from db.repositories.events import EventRepository
from db.session import Database
from tests.core.feedback.detections import detection
from tests.core.review import rows


@pytest.fixture
def feedback(database: Database) -> FeedbackService:
    return FeedbackService(database)


@pytest.fixture
def run_id(database: Database, ann: Actor) -> UUID:
    return rows.run(database, ann, rows.model(database, "generation", "writer"))


@pytest.fixture
def admin(database: Database) -> Actor:
    return rows.person(database, "root", Role.ADMIN)


def told(happenings: tuple[Happening, ...]) -> list[tuple[Action, dict[str, Any], dict[str, Any]]]:
    return [(each.action, dict(each.before), dict(each.after)) for each in happenings]


def test_only_what_changed_is_kept(feedback: FeedbackService, ann: Actor, run_id: UUID) -> None:
    feedback.rate(ann, run_id, 2, ["untrue"], "no")
    feedback.rate(ann, run_id, 2, ["untrue"], "no, not at all")
    feedback.rate(ann, run_id, 4, [], "no, not at all", corrected_text="Nothing.")
    assert told(feedback.own_history(ann, run_id)) == [
        (Action.RATED, {}, {"rating": 2, "tags": ["untrue"], "comment": "no"}),
        (Action.CHANGED, {"comment": "no"}, {"comment": "no, not at all"}),
        (
            Action.CHANGED,
            {"rating": 2, "tags": ["untrue"], "corrected_text": None},
            {"rating": 4, "tags": None, "corrected_text": "Nothing."},
        ),
    ]


def test_an_equal_repeat_is_no_change(feedback: FeedbackService, ann: Actor, run_id: UUID) -> None:
    for _ in range(3):
        feedback.rate(ann, run_id, 4, ["style"], "fine", corrected_text="Better.")
    assert len(feedback.own_history(ann, run_id)) == 1


@pytest.mark.parametrize("key", [None, "one key"])
def test_ten_submits_at_once_are_one_event(
    feedback: FeedbackService, ann: Actor, run_id: UUID, key: str | None
) -> None:
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: feedback.rate(ann, run_id, 3, (), "", key), range(10)))
    assert told(feedback.own_history(ann, run_id)) == [(Action.RATED, {}, {"rating": 3})]


def test_different_submits_at_once_make_one_chain(
    feedback: FeedbackService, ann: Actor, run_id: UUID
) -> None:
    """Each event begins where the one before ended, and the last one is what is stored."""
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda n: feedback.rate(ann, run_id, n % 5 + 1), range(40)))
    happenings = feedback.own_history(ann, run_id)
    assert [each.action for each in happenings[:1]] == [Action.RATED]
    for one, following in pairwise(happenings):
        assert following.action is Action.CHANGED
        assert following.before == one.after
    kept = feedback.own(ann, run_id)
    assert kept is not None
    assert happenings[-1].after == {"rating": kept.rating}


def test_verdicts_saved_with_a_rating_are_counted_in_its_history(
    feedback: FeedbackService, database: Database, ann: Actor
) -> None:
    run_id = detection(database, ann, rows.model(database, "detection", "shapes"), "cat", "dog")
    right, loose = BoxVerdict(0, Verdict.RIGHT), BoxVerdict(1, Verdict.LOOSE)
    feedback.rate(ann, run_id, 3, boxes=[right])
    feedback.rate(ann, run_id, 3, boxes=[right, loose])
    feedback.rate(ann, run_id, 3, boxes=[right, loose])
    VerdictService(database).set(ann, run_id, 1, Verdict.ABSENT)
    assert told(feedback.own_history(ann, run_id)) == [
        (Action.RATED, {}, {"rating": 3, "boxes": {"right": 1}}),
        (Action.CHANGED, {"boxes": {"right": 1}}, {"boxes": {"right": 1, "loose": 1}}),
    ]


def test_a_rating_withdrawn_and_given_again_has_one_history(
    feedback: FeedbackService, ann: Actor, admin: Actor, run_id: UUID
) -> None:
    feedback.rate(ann, run_id, 1)
    feedback.withdraw(ann, run_id)
    again = feedback.rate(ann, run_id, 5).feedback
    actions = [Action.RATED, Action.WITHDRAWN, Action.RATED]
    assert [each.action for each in feedback.own_history(ann, run_id)] == actions
    assert [each.action for each in feedback.history(admin, again.id)] == actions


def test_one_s_own_history_is_one_s_own(
    feedback: FeedbackService, database: Database, ann: Actor, admin: Actor, run_id: UUID
) -> None:
    hers = feedback.rate(ann, run_id, 1).feedback
    feedback.rate(admin, run_id, 5)
    bob = rows.person(database, "bob")
    assert feedback.own_history(bob, run_id) == ()
    assert [each.after["rating"] for each in feedback.own_history(ann, run_id)] == [1]
    assert feedback.history(ann, hers.id) == feedback.own_history(ann, run_id)
    assert [each.actor for each in feedback.history(admin, hers.id)] == ["ann"]
    with pytest.raises(NotFound):
        feedback.history(bob, hers.id)
    with pytest.raises(NotFound):
        feedback.history(admin, UUID(int=1))
    guest = rows.person(database, "guest", Role.GUEST)
    with pytest.raises(NotAllowed):
        feedback.own_history(guest, run_id)


def test_whoever_rated_sees_what_reviewers_say_but_not_among_themselves(
    feedback: FeedbackService, database: Database, ann: Actor, admin: Actor, run_id: UUID
) -> None:
    given = feedback.rate(ann, run_id, 1).feedback
    with database.unit_of_work() as session:
        row = session.get_one(Feedback, given.id)
        events = EventRepository(session)
        for after in ({"note": "again?"}, {"review_status": "triaged", "note": "see 12"}):
            history.record(events, row, admin.user_id, Action.REVIEWED, {"note": ""}, after, now())
    reviewed = feedback.own_history(ann, run_id)[1:]
    assert [(each.actor, dict(each.after)) for each in reviewed] == [
        (None, {"review_status": "triaged"})
    ]
    reviewed = feedback.history(admin, given.id)[1:]
    assert [(each.actor, each.after["note"]) for each in reviewed] == [
        ("root", "again?"),
        ("root", "see 12"),
    ]


def kept(database: Database, run_id: UUID) -> dict[str, Any]:
    """Every column of the run's one rating, but when it was last said and written."""
    with database.unit_of_work() as session:
        row = session.scalars(select(Feedback).where(Feedback.run_id == run_id)).one()
        names = {column.key for column in Feedback.__table__.columns}
        search = session.scalar(text("select search::text from feedback"))
        return {
            "search": search,
            **{name: getattr(row, name) for name in names - {"search", "said_at", "updated_at"}},
        }


class TestUndo:
    """A rating put back is what it was in every part, also for reviewers."""

    def test_it_has_its_words_its_verdicts_and_its_review(
        self, feedback: FeedbackService, database: Database, ann: Actor, admin: Actor
    ) -> None:
        run_id = detection(database, ann, rows.model(database, "detection", "shapes"), "cat")
        feedback.rate(ann, run_id, 2, ["mine"], "no", boxes=[BoxVerdict(0, Verdict.LOOSE)])
        with database.unit_of_work() as session:
            row = session.scalars(select(Feedback)).one()
            row.review_status, row.fixed_in = "fixed", "r2"
            row.assignee_id = row.reviewer_id = admin.user_id
            row.note, row.answer, row.answered_at = "see 12", "Thank you", now()
        before = kept(database, run_id)
        assert before["verdicts"] == [{"label": "cat", "score": 0.9, "verdict": "loose"}]
        feedback.withdraw(ann, run_id)
        assert feedback.own(ann, run_id) is None
        put_back = feedback.put_back(ann, run_id)
        assert kept(database, run_id) == before
        assert put_back == feedback.own(ann, run_id)

    def test_it_has_its_correction_and_its_step(
        self, feedback: FeedbackService, ann: Actor, run_id: UUID
    ) -> None:
        given = feedback.rate(ann, run_id, 2, corrected_text="Anything.").feedback
        feedback.withdraw(ann, run_id)
        put_back = feedback.put_back(ann, run_id)
        assert (put_back.id, put_back.corrected_text) == (given.id, "Anything.")
        assert put_back.created_at == given.created_at

    def test_it_does_not_replace_a_newer_rating(
        self, feedback: FeedbackService, ann: Actor, run_id: UUID
    ) -> None:
        feedback.rate(ann, run_id, 2)
        feedback.withdraw(ann, run_id)
        feedback.rate(ann, run_id, 5)
        with pytest.raises(Conflict, match="rated this run again"):
            feedback.put_back(ann, run_id)

    def test_what_was_never_withdrawn_cannot_be_put_back(
        self, feedback: FeedbackService, database: Database, ann: Actor, run_id: UUID
    ) -> None:
        feedback.rate(ann, run_id, 2)
        feedback.withdraw(ann, run_id)
        for actor in (rows.person(database, "bob"), rows.person(database, "eve", Role.ADMIN)):
            with pytest.raises(NotFound):
                feedback.put_back(actor, run_id)

    def test_ten_undos_at_once_put_one_back(
        self, feedback: FeedbackService, ann: Actor, run_id: UUID
    ) -> None:
        feedback.rate(ann, run_id, 2)
        feedback.withdraw(ann, run_id)

        def undo(_: int) -> bool:
            try:
                feedback.put_back(ann, run_id)
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(10) as pool:
            assert sum(pool.map(undo, range(10))) == 1
        assert len(feedback.own_history(ann, run_id)) == 3


def test_an_event_and_its_change_are_kept_together_or_not_at_all(
    feedback: FeedbackService,
    ann: Actor,
    run_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feedback.rate(ann, run_id, 2)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no event today")

    monkeypatch.setattr(EventRepository, "add", fail)
    calls: list[Callable[[], object]] = [
        lambda: feedback.rate(ann, run_id, 5),
        lambda: feedback.withdraw(ann, run_id),
    ]
    for call in calls:
        with pytest.raises(RuntimeError):
            call()
    kept = feedback.own(ann, run_id)
    assert kept is not None
    assert kept.rating == 2
