"""What people do with runs without saying anything: noted once, never in anybody's way."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from core.errors import NotAllowed, Unavailable
from core.feedback.service import FeedbackService
from core.feedback.types import Verdict
from core.feedback.verdicts import VerdictService
from core.permissions import Actor, Face, Role
from core.runs.types import Relation, Task
from core.signals.service import SignalService
from core.signals.types import SignalKind
from db.models import Image
from db.repositories.signals import SignalRepository
from db.session import Database
from tests.conftest import captured_logs
from tests.core.review import rows
from tests.core.review.rows import NOON

SECOND = timedelta(seconds=1)


@pytest.fixture
def signals(database: Database) -> SignalService:
    return SignalService(database)


@pytest.fixture
def writer(database: Database) -> UUID:
    return rows.model(database, "generation", "writer")


def of(database: Database, run_id: UUID) -> dict[str, Any]:
    with database.unit_of_work() as session:
        return {each.kind: each.detail for each in SignalRepository(session).of(run_id)}


def a_run(
    database: Database, owner: Actor, model: UUID, end: datetime = NOON, **columns: Any
) -> UUID:
    """A run that took five seconds."""
    began = end - 5 * SECOND
    return rows.run(database, owner, model, at=began, finished_at=end, **columns)


def test_a_signal_is_noted_once(
    signals: SignalService, database: Database, ann: Actor, writer: UUID
) -> None:
    run_id = a_run(database, ann, writer)
    signals.note(ann, run_id, SignalKind.COPIED, {"what": "output 1"})
    signals.note(ann, run_id, SignalKind.COPIED, {"what": "output 2"})
    signals.note(ann, run_id, SignalKind.DOWNLOADED, {"what": "txt"})
    assert of(database, run_id) == {
        "copied": {"what": "output 1"},
        "downloaded": {"what": "txt"},
    }


def test_only_the_owner_in_the_browser_gives_signals(
    signals: SignalService, database: Database, ann: Actor, writer: UUID
) -> None:
    run_id = a_run(database, ann, writer)
    admin = rows.person(database, "root", Role.ADMIN)
    program = Actor(ann.user_id, ann.username, ann.role, Face.API)
    for actor in (admin, program, rows.person(database, "bob")):
        signals.note(actor, run_id, SignalKind.COPIED)
    signals.note(ann, UUID(int=7), SignalKind.COPIED)
    assert of(database, run_id) == {}


def test_what_cannot_be_noted_is_logged_and_harms_nobody(ann: Actor) -> None:
    away = Database(
        "postgresql://nobody@127.0.0.1:1/none", lambda: Unavailable("away", retry_after=1)
    )
    with captured_logs("info") as log:
        SignalService(away).note(ann, UUID(int=7), SignalKind.COPIED)
        SignalService(away).began(ann, UUID(int=7))
    assert log.getvalue().count("signal_not_noted") == 2


@pytest.mark.parametrize(
    ("relation", "noted"),
    [
        (Relation.AGAIN, True),
        (Relation.EDITED, True),
        (Relation.CONTINUED, False),
        (Relation.BRANCHED, False),
    ],
)
def test_a_run_made_anew_was_not_good_enough(
    signals: SignalService,
    database: Database,
    ann: Actor,
    writer: UUID,
    relation: Relation,
    noted: bool,
) -> None:
    first = a_run(database, ann, writer)
    second = a_run(
        database, ann, writer, NOON + 20 * SECOND, parent_id=first, relation=str(relation)
    )
    signals.began(ann, second, first, relation)
    expected = {"regenerated": {"run": str(second), "relation": relation}} if noted else {}
    assert of(database, first) == expected


class Abandoned:
    """A run that ended at noon, and the next one begun half a minute later."""

    def __init__(self, signals: SignalService, database: Database, ann: Actor, model: UUID) -> None:
        self.signals, self.database, self.ann, self.model = signals, database, ann, model
        self.run_id = a_run(database, ann, model)

    def noted(self, after: timedelta = 30 * SECOND, **columns: Any) -> bool:
        values = {"at": NOON + after, **columns}
        following = rows.run(self.database, values.pop("owner", self.ann), self.model, **values)
        self.signals.began(self.ann, following)
        found = of(self.database, self.run_id)
        assert found in ({}, {"abandoned": {"next": str(following)}})
        return bool(found)


@pytest.fixture
def abandoned(signals: SignalService, database: Database, ann: Actor, writer: UUID) -> Abandoned:
    return Abandoned(signals, database, ann, writer)


def test_whoever_goes_on_within_a_minute_has_abandoned_a_run(abandoned: Abandoned) -> None:
    assert abandoned.noted(60 * SECOND, status="running")


def test_later_it_had_been_looked_at(abandoned: Abandoned) -> None:
    assert not abandoned.noted(61 * SECOND)


def test_a_run_that_began_before_the_end_of_the_other_abandons_nothing(
    abandoned: Abandoned,
) -> None:
    assert not abandoned.noted(-SECOND)


def test_runs_of_programs_and_of_others_abandon_nothing(
    abandoned: Abandoned, database: Database
) -> None:
    assert not abandoned.noted(owner=rows.person(database, "bob"))


def test_a_rated_run_is_not_abandoned_even_if_it_was_rated_later(
    abandoned: Abandoned, database: Database, ann: Actor
) -> None:
    feedback = FeedbackService(database)
    assert abandoned.noted()
    feedback.rate(ann, abandoned.run_id, 4)
    assert of(database, abandoned.run_id) == {}
    assert not abandoned.noted(40 * SECOND)


def test_a_run_that_was_used_is_not_abandoned(
    abandoned: Abandoned, signals: SignalService, ann: Actor
) -> None:
    signals.note(ann, abandoned.run_id, SignalKind.COPIED)
    following = rows.run(abandoned.database, ann, abandoned.model, at=NOON + 9 * SECOND)
    signals.began(ann, following)
    assert of(abandoned.database, abandoned.run_id) == {"copied": {}}


def test_a_run_that_was_gone_on_from_is_not_abandoned(abandoned: Abandoned) -> None:
    assert not abandoned.noted(parent_id=abandoned.run_id, relation="continued")


@pytest.mark.parametrize(("status", "noted"), [("stopped", True), ("failed", False)])
def test_a_failed_run_is_nobody_s_to_abandon(
    signals: SignalService, database: Database, ann: Actor, writer: UUID, status: str, noted: bool
) -> None:
    first = a_run(database, ann, writer, status=status)
    signals.began(ann, rows.run(database, ann, writer, at=NOON + 9 * SECOND))
    assert bool(of(database, first)) is noted


class TestDetections:
    """Asking again about the same picture goes on with it; judged boxes say something."""

    @pytest.fixture
    def shapes(self, database: Database) -> UUID:
        return rows.model(database, "detection", "shapes")

    @pytest.fixture
    def other(self, database: Database) -> bytes:
        digest = bytes(reversed(range(32)))
        with database.unit_of_work() as session:
            session.add(Image(sha256=digest, mime="image/png", width=9, height=9, content=b"-"))
        return digest

    def test_another_picture_leaves_the_first_behind(
        self, signals: SignalService, database: Database, ann: Actor, shapes: UUID, other: bytes
    ) -> None:
        picture = rows.image(database)
        first = a_run(database, ann, shapes, task="detection", image_sha256=picture)
        again, elsewhere = (
            rows.run(
                database,
                ann,
                shapes,
                task="detection",
                image_sha256=sha256,
                at=NOON + at * SECOND,
                finished_at=NOON + at * SECOND,
            )
            for at, sha256 in ((10, picture), (20, other))
        )
        signals.began(ann, again)
        assert of(database, first) == {}
        signals.began(ann, elsewhere)
        assert of(database, first) == {}
        assert of(database, again) == {"abandoned": {"next": str(elsewhere)}}

    def test_a_judged_detection_is_not_abandoned(
        self, signals: SignalService, database: Database, ann: Actor, shapes: UUID, other: bytes
    ) -> None:
        first = a_run(database, ann, shapes, task="detection", image_sha256=rows.image(database))
        VerdictService(database).set(ann, first, 0, Verdict.RIGHT)
        following = rows.run(
            database, ann, shapes, task="detection", image_sha256=other, at=NOON + 9 * SECOND
        )
        signals.began(ann, following)
        assert of(database, first) == {}


def test_signals_add_up_by_model_and_revision(
    signals: SignalService, database: Database, ann: Actor, writer: UUID
) -> None:
    newer = rows.model(database, "generation", "writer", "r2")
    rows.model(database, "generation", "never used")
    ids = [a_run(database, ann, writer, NOON + day * timedelta(days=1)) for day in range(4)]
    a_run(database, ann, newer)
    signals.note_all(ann, ids[:3], SignalKind.COPIED)
    signals.note(ann, ids[0], SignalKind.DOWNLOADED)
    admin = rows.person(database, "root", Role.ADMIN)
    first, second = signals.per_model(admin)
    assert (first.model, first.revision, first.task) == ("writer", "r1", Task.GENERATION)
    assert first.runs == 4
    assert first.counts == {SignalKind.COPIED: 3, SignalKind.DOWNLOADED: 1}
    assert first.share(SignalKind.COPIED) == 0.75
    assert (second.revision, second.runs, second.counts) == ("r2", 1, {})
    assert second.share(SignalKind.STOPPED) == 0
    (two_days,) = signals.per_model(admin, date(2026, 3, 2), date(2026, 3, 3))
    assert (two_days.runs, two_days.counts) == (2, {SignalKind.COPIED: 2})
    assert signals.per_model(admin, until=date(2026, 2, 27)) == ()
    assert signals.per_model(admin, demo=True) == ()


def test_only_reviewers_see_them(signals: SignalService, ann: Actor) -> None:
    with pytest.raises(NotAllowed):
        signals.per_model(ann)
