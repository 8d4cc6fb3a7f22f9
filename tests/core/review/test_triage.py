"""Triage: nothing is overwritten in silence, and all that is done stands in the history."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from core.clock import now
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.feedback.service import FeedbackService
from core.feedback.types import ReviewStatus
from core.ids import new_id
from core.permissions import Actor, Role
from core.review.service import ReviewService
from core.review.triage import MAX_BULK, TriageService
from core.review.triage_types import ChangedMeanwhile, Changes
from core.review.types import FeedbackFilter, FeedbackRow, Sort
from db.models import Feedback, FeedbackEvent
from db.repositories.events import EventRepository
from db.session import Database
from tests.core.review import rows

NEW, TRIAGED, FIXED, WONT_FIX = ReviewStatus


@pytest.fixture
def triage(database: Database) -> TriageService:
    return TriageService(database)


@pytest.fixture
def grace(database: Database) -> Actor:
    return rows.person(database, "grace", Role.ADMIN)


@pytest.fixture
def hal(database: Database) -> Actor:
    return rows.person(database, "Hal", Role.ADMIN)


@pytest.fixture
def given(database: Database, ann: Actor) -> Feedback:
    return ratings(database, ann, 1)[0]


def ratings(database: Database, who: Actor, count: int) -> list[Feedback]:
    """Ratings of as many runs, each with a comment; the first is the oldest."""
    model = rows.model(database, "generation", "reporter")
    service = FeedbackService(database)
    for number in range(count):
        run = rows.run(database, who, model)
        service.rate(who, run, 1 + number % 5, ["style"], f"comment {number}")
    with database.unit_of_work() as session:
        return sorted(session.query(Feedback).all(), key=lambda row: row.id)


def events(database: Database, row: Feedback) -> list[tuple[str, Any, Any]]:
    with database.unit_of_work() as session:
        found = EventRepository(session).of(row.run_id, row.user_id)
        return [
            (each.actor, each.event.before, each.event.after)
            for each in found
            if each.event.action == "reviewed"
        ]


def row_of(database: Database, reader: Actor, id: UUID) -> FeedbackRow:
    return ReviewService(database).detail(reader, id).row


def test_all_that_reviewers_say_is_kept_and_stands_in_the_history(
    database: Database, triage: TriageService, grace: Actor, hal: Actor, ann: Actor, given: Feedback
) -> None:
    row = triage.review(
        grace,
        given.id,
        given.updated_at,
        Changes(FIXED, "r2", "hal", "  seen before ", "Fixed, thank you."),
    )
    assert (row.feedback.review_status, row.feedback.fixed_in) == (FIXED, "r2")
    assert (row.triage.assignee, row.triage.note, row.triage.reviewer) == (
        "Hal",
        "seen before",
        "grace",
    )
    assert row.feedback.answer == "Fixed, thank you."
    assert row.feedback.answered_at is not None
    assert row.feedback.updated_at > given.updated_at
    assert row == row_of(database, hal, given.id)
    assert events(database, given) == [
        (
            "grace",
            {
                "review_status": "new",
                "fixed_in": None,
                "assignee_id": None,
                "note": "",
                "answer": "",
            },
            {
                "review_status": "fixed",
                "fixed_in": "r2",
                "assignee_id": str(hal.user_id),
                "note": "seen before",
                "answer": "Fixed, thank you.",
            },
        )
    ]
    back = triage.review(
        hal, given.id, row.feedback.updated_at, Changes(NEW, assignee=None, answer="")
    )
    assert (back.feedback.review_status, back.feedback.fixed_in) == (NEW, None)
    assert (back.triage.assignee, back.feedback.answered_at) == (None, None)
    assert back.triage.note == "seen before"
    assert [actor for actor, _, _ in events(database, given)] == ["grace", "Hal"]


def test_what_is_said_already_writes_nothing(
    database: Database, triage: TriageService, grace: Actor, hal: Actor, given: Feedback
) -> None:
    first = triage.review(grace, given.id, given.updated_at, Changes(TRIAGED))
    again = triage.review(hal, given.id, given.updated_at, Changes(TRIAGED))
    assert again == first
    assert len(events(database, given)) == 1


def test_the_second_editor_gets_the_difference_and_overwrites_nothing(
    database: Database, triage: TriageService, grace: Actor, hal: Actor, given: Feedback
) -> None:
    triage.review(grace, given.id, given.updated_at, Changes(FIXED, "r2", assignee="grace"))
    with pytest.raises(Conflict, match="changed by grace") as caught:
        triage.review(hal, given.id, given.updated_at, Changes(WONT_FIX, note="mine"))
    stale = caught.value
    assert isinstance(stale, ChangedMeanwhile)
    found = {each.field: (each.theirs, each.yours) for each in stale.differences}
    assert found == {
        "status": ("fixed", "wont_fix"),
        "fixed_in": ("r2", None),
        "note": ("", "mine"),
        "assignee": ("grace", None),
    }
    assert stale.facts["differences"] == [
        {"field": each.field, "theirs": each.theirs, "yours": each.yours}
        for each in stale.differences
    ]
    assert stale.facts["by"] == ["grace"]
    now_row = row_of(database, hal, given.id)
    assert stale.now == now_row
    assert (now_row.feedback.review_status, now_row.triage.note) == (FIXED, "")
    assert stale.facts["updated_at"] == now_row.feedback.updated_at.isoformat()

    mine = triage.review(
        hal, given.id, stale.now.feedback.updated_at, Changes(WONT_FIX, note="mine")
    )
    assert (mine.feedback.review_status, mine.triage.note) == (WONT_FIX, "mine")
    assert mine.triage.assignee == "grace"


def test_a_rating_changed_meanwhile_is_looked_at_again(
    database: Database, triage: TriageService, grace: Actor, ann: Actor, given: Feedback
) -> None:
    FeedbackService(database).rate(ann, given.run_id, 5, ["style"], "better now")
    with pytest.raises(ChangedMeanwhile):
        triage.review(grace, given.id, given.updated_at, Changes(TRIAGED))
    assert row_of(database, grace, given.id).feedback.review_status is NEW


def test_what_is_said_anew_is_new_to_reviewers_again(
    database: Database, triage: TriageService, grace: Actor, ann: Actor, given: Feedback
) -> None:
    service = FeedbackService(database)

    def say(rating: int, comment: str) -> Any:
        service.rate(ann, given.run_id, rating, ["style"], comment)
        return row_of(database, grace, given.id).feedback

    done = triage.review(
        grace, given.id, given.updated_at, Changes(FIXED, "r2", "grace", answer="Thank you.")
    )
    same = say(given.rating, given.comment)
    assert (same.review_status, same.updated_at) == (FIXED, done.feedback.updated_at)
    again = say(1, "no, it is not")
    assert (again.review_status, again.fixed_in) == (NEW, None)
    assert again.answer == "Thank you."
    assert row_of(database, grace, given.id).triage.assignee == "grace"
    last = service.history(grace, given.id)[-1]
    assert (last.actor, last.action) == ("ann", "changed")
    assert (last.before["review_status"], last.after["review_status"]) == ("fixed", "new")
    assert (last.before["fixed_in"], last.after["fixed_in"]) == ("r2", None)


def test_of_two_at_the_same_moment_one_learns_of_the_other(
    database: Database, triage: TriageService, grace: Actor, hal: Actor, ann: Actor
) -> None:
    for row in ratings(database, ann, 8):

        def say(who: Actor, status: ReviewStatus, row: Feedback = row) -> str:
            try:
                triage.review(who, row.id, row.updated_at, Changes(status))
            except ChangedMeanwhile as stale:
                return str([each.theirs for each in stale.differences])
            return "written"

        with ThreadPoolExecutor(2) as pool:
            said = list(pool.map(say, (grace, hal), (TRIAGED, WONT_FIX)))
        kept = row_of(database, grace, row.id).feedback.review_status
        assert sorted(said) == sorted(["written", f"['{kept}']"])
        assert len(events(database, row)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (Changes(), None),
        (Changes(note="x" * 4001), "note"),
        (Changes(answer="x" * 4001), "answer"),
        (Changes(note="a\x00b"), "note"),
        (Changes(FIXED, fixed_in="x" * 101), "fixed_in"),
        (Changes(FIXED, fixed_in="a\nb"), "fixed_in"),
        (Changes(fixed_in="r2"), "fixed_in"),
        (Changes(TRIAGED, fixed_in="r2"), "fixed_in"),
        (Changes(assignee="nobody at all"), "assignee"),
        (Changes(assignee="ann"), "assignee"),
        (Changes(assignee=""), "assignee"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    triage: TriageService, grace: Actor, given: Feedback, changes: Changes, field: str | None
) -> None:
    with pytest.raises(Invalid) as caught:
        triage.review(grace, given.id, given.updated_at, changes)
    assert caught.value.facts.get("field") == field


def test_what_is_not_there_is_not_found(
    triage: TriageService, grace: Actor, given: Feedback
) -> None:
    with pytest.raises(NotFound):
        triage.review(grace, new_id(), given.updated_at, Changes(TRIAGED))


def test_many_are_changed_at_once_and_what_changed_meanwhile_is_left(
    database: Database, triage: TriageService, grace: Actor, hal: Actor, ann: Actor
) -> None:
    given = ratings(database, ann, 6)
    seen: dict[UUID, datetime] = {row.id: row.updated_at for row in given}
    triage.review(hal, given[0].id, given[0].updated_at, Changes(WONT_FIX))
    FeedbackService(database).withdraw(ann, given[1].run_id)
    done = triage.review_many(grace, seen, Changes(TRIAGED, assignee="hal"))
    assert (done.changed, done.conflicts, done.gone) == (4, 1, 1)
    status = {row.id: row_of(database, grace, row.id) for row in given if row.id != given[1].id}
    assert status[given[0].id].feedback.review_status is WONT_FIX
    assert {status[row.id].feedback.review_status for row in given[2:]} == {TRIAGED}
    assert all(len(events(database, row)) == 1 for row in given[2:])

    triage.review(hal, given[2].id, status[given[2].id].feedback.updated_at, Changes(FIXED, "r9"))
    back = triage.undo(grace, done.undo)
    assert (back.changed, back.conflicts, back.gone) == (3, 1, 0)
    assert row_of(database, grace, given[2].id).feedback.fixed_in == "r9"
    for row in given[3:]:
        now_row = row_of(database, grace, row.id)
        assert (now_row.feedback.review_status, now_row.triage.assignee) == (NEW, None)
    with pytest.raises(Invalid, match="too many"):
        triage.review_many(grace, {new_id(): now() for _ in range(MAX_BULK + 1)}, Changes(NEW))


def test_counts_follow_what_many_do_at_once(
    database: Database, triage: TriageService, grace: Actor, hal: Actor, ann: Actor
) -> None:
    """Bulk changes of overlapping rows in any order neither block each other nor miscount."""
    given = ratings(database, ann, 30)
    draw = random.Random(3)  # noqa: S311

    def work(who: Actor) -> int:
        changed = 0
        for _ in range(10):
            some = draw.sample(given, 12)
            with database.unit_of_work() as session:
                seen = {row.id: session.get_one(Feedback, row.id).updated_at for row in some}
            status = draw.choice(list(ReviewStatus))
            changed += triage.review_many(who, seen, Changes(status)).changed
        return changed

    with ThreadPoolExecutor(4) as pool:
        changed = sum(pool.map(work, (grace, hal, grace, hal)))
    with database.unit_of_work() as session:
        assert session.query(FeedbackEvent).filter_by(action="reviewed").count() == changed
    for status in ReviewStatus:
        filter = FeedbackFilter(status=status)
        listed = len(ReviewService(database).page(grace, filter, size=200).rows)
        assert ReviewService(database).header(grace, filter).current.rated == listed


def test_four_drain_a_queue_and_each_rating_is_done_once(
    database: Database, triage: TriageService, ann: Actor
) -> None:
    given = ratings(database, ann, 100)
    four = [rows.person(database, f"admin {n}", Role.ADMIN) for n in range(4)]

    def drain(who: Actor) -> list[UUID]:
        done: list[UUID] = []
        while claimed := triage.claim(
            who, FeedbackFilter(), Sort.WORST, done[-1] if done else None
        ):
            assert claimed.row.triage.assignee == who.username
            seen = claimed.row.feedback
            triage.review(who, seen.id, seen.updated_at, Changes(TRIAGED))
            done.append(seen.id)
        return done

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(drain, four))
    everything = [id for each in done for id in each]
    assert len(everything) == len(set(everything)) == 100
    assert set(everything) == {row.id for row in given}
    assert sum(bool(each) for each in done) > 1
    assert triage.left(four[0], FeedbackFilter()).n == 0
    assert all(len(events(database, row)) == 2 for row in given)


@pytest.mark.parametrize("sort", list(Sort))
def test_the_queue_follows_filter_and_order(
    database: Database, triage: TriageService, grace: Actor, ann: Actor, sort: Sort
) -> None:
    given = ratings(database, ann, 12)
    newest = given[::-1]
    order = {
        Sort.NEWEST: newest,
        Sort.OLDEST: given,
        Sort.WORST: sorted(newest, key=lambda row: row.rating),
        Sort.BEST: sorted(newest, key=lambda row: -row.rating),
        Sort.SLOWEST: newest,
    }[sort]
    filter = FeedbackFilter(rating_min=2)
    wanted = [row.id for row in order if row.rating >= 2]
    seen: list[UUID] = []
    while claimed := triage.claim(grace, filter, sort, seen[-1] if seen else None):
        if claimed.row.feedback.id in seen:  # round again
            break
        assert claimed.taken
        assert claimed.left.n == len(wanted)
        seen.append(claimed.row.feedback.id)
    assert seen == wanted
    walked = [wanted[0]]
    while behind := triage.beside(grace, filter, sort, walked[-1])[1]:
        walked.append(behind)
    assert walked == wanted
    assert [triage.beside(grace, filter, sort, id)[0] for id in wanted] == [None, *wanted[:-1]]


def test_what_others_have_taken_is_passed_over_and_ones_own_comes_back(
    database: Database, triage: TriageService, grace: Actor, hal: Actor, ann: Actor
) -> None:
    older, newer = ratings(database, ann, 2)
    first = triage.claim(grace, FeedbackFilter())
    assert first is not None
    assert first.row.feedback.id == newer.id
    other = triage.claim(hal, FeedbackFilter())
    assert other is not None
    assert other.row.feedback.id == older.id
    again = triage.claim(grace, FeedbackFilter())
    assert again is not None
    assert (again.row.feedback.id, again.taken) == (newer.id, False)
    assert again.left.n == 2
    assert triage.claim(grace, FeedbackFilter(), after=newer.id) is None
    assert triage.claim(rows.person(database, "third", Role.ADMIN), FeedbackFilter()) is None


def test_revisions_and_reviewers_can_be_chosen_from(
    database: Database, triage: TriageService, grace: Actor, hal: Actor, given: Feedback
) -> None:
    rows.model(database, "generation", "reporter", "r2")
    rows.model(database, "generation", "other", "r3")
    assert set(triage.revisions(grace, given.id)) == {"r1", "r2"}
    assert triage.reviewers(grace) == ("grace", "Hal")


def test_whoever_rated_reads_the_answer_and_nothing_internal(
    database: Database, triage: TriageService, grace: Actor, ann: Actor
) -> None:
    older, newer = ratings(database, ann, 2)
    triage.review(grace, older.id, older.updated_at, Changes(note="secret", answer="We saw it."))
    (answered,) = triage.answers(ann)
    assert (answered.feedback_id, answered.answer) == (older.id, "We saw it.")
    assert [each.feedback_id for each in triage.unanswered(ann)] == [newer.id]
    own = FeedbackService(database).own(ann, older.run_id)
    assert own is not None
    assert (own.answer, own.answered_at) == ("We saw it.", answered.answered_at)
    assert "secret" not in repr((answered, own))
    assert triage.answers(grace) == ()
    with pytest.raises(Invalid, match="limit"):
        triage.answers(ann, 0)


def test_only_reviewers_triage(
    database: Database, triage: TriageService, ann: Actor, given: Feedback
) -> None:
    guest = rows.person(database, "guest", Role.GUEST)
    for who in (ann, guest):
        for call in (
            lambda who=who: triage.review(who, given.id, given.updated_at, Changes(TRIAGED)),
            lambda who=who: triage.review_many(who, {}, Changes(TRIAGED)),
            lambda who=who: triage.undo(who, {}),
            lambda who=who: triage.claim(who, FeedbackFilter()),
            lambda who=who: triage.left(who, FeedbackFilter()),
            lambda who=who: triage.beside(who, FeedbackFilter(), Sort.NEWEST, given.id),
            lambda who=who: triage.reviewers(who),
            lambda who=who: triage.revisions(who, given.id),
        ):
            with pytest.raises(NotAllowed):
                call()
    for own in (triage.answers, triage.unanswered):
        with pytest.raises(NotAllowed):
            own(guest)
