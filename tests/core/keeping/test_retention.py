"""What is past its time is removed, all else stays, and one process does it at a time."""

import threading
import time
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.accounts.service import AccountService
from core.clock import now
from core.config import Settings
from core.database import database_away
from core.errors import Conflict
from core.ids import new_id
from core.keeping import keeper
from core.keeping.erasure import ErasureService
from core.keeping.keeper import Keeper
from core.keeping.service import PROGRAM, KeepingService
from core.keeping.types import Counts
from core.review import rollups
from db.models import AuditEntry, LimitUse, Run, SignInAttempt
from db.models import Session as SessionRow
from db.repositories.detections import DetectionRepository
from db.repositories.keeping import KeepingRepository
from db.repositories.runs import ImageRepository
from db.session import Database, Session
from tests.core.keeping.conftest import CANARY, NAME, PICTURE, Town, figures
from tests.core.keeping.test_erasing import holding
from tests.core.review import rows

_DIGEST = bytes(range(32))
_RATINGS = """
insert into feedback (id, run_id, user_id, model_id, task, rating, comment)
select cast(:id as uuid), :run, id, :model, 'generation', 3, 'c' from users where username = 'bob'
"""


def keeping(town: Town, settings: Settings, **days: int) -> KeepingService:
    return KeepingService(town.database, settings.model_copy(update=days))


def test_without_a_setting_nothing_of_the_runs_is_removed(town: Town, settings: Settings) -> None:
    before = holding(town.database, CANARY)
    assert keeping(town, settings).run() == Counts()
    assert holding(town.database, CANARY) == before


def test_runs_past_their_time_are_erased_and_counted(town: Town, settings: Settings) -> None:
    before, service = figures(town), keeping(town, settings, keep_runs_days=30)
    assert service.due() == Counts(runs=4)
    assert service.run() == Counts(runs=4, pictures=1)
    assert service.due() == Counts()
    assert service.run() == Counts()
    assert figures(town) == before
    assert all(
        drift.keys == 0 for drift in rollups.reconcile(town.database, AccountService.system_actor())
    )
    assert "runs.prompt" not in holding(town.database, CANARY)
    with town.database.unit_of_work() as session:
        assert session.query(Run).where(Run.erased_at.is_(None)).count() == 0
        (entry,) = session.query(AuditEntry).filter_by(action="retention_run").all()
        assert entry.after == {"runs": 4, "pictures": 1}
        assert (entry.actor_id, entry.face) == (None, "job")


def test_runs_within_their_time_stay(town: Town, settings: Settings) -> None:
    assert keeping(town, settings, keep_runs_days=41).run() == Counts()
    with town.database.unit_of_work() as session:
        session.execute(
            text("update runs set status = 'running' where id = :id"), {"id": town.text}
        )
    assert keeping(town, settings, keep_runs_days=30).run().runs == 3


def test_a_picture_past_its_time_is_removed_and_its_boxes_stay(
    town: Town, settings: Settings
) -> None:
    service = keeping(town, settings, keep_images_days=30)
    assert service.run() == Counts()
    past(town.database, "update images set created_at = now() - interval '40 days'")
    assert service.due() == service.run() == Counts(pictures=1)
    with town.database.unit_of_work() as session:
        images = ImageRepository(session)
        assert images.get_image_content(_DIGEST) is None
        assert not images.has_image(_DIGEST)
        kept, run = images.get_image(_DIGEST), session.get(Run, town.detection)
        assert kept is not None
        assert (kept.width, kept.height) == (9, 9)
        assert run is not None
        assert run.output is not None
        assert len(run.output["detections"]) == 2
        assert run.request_hash is None


def test_a_picture_of_a_later_run_stays(town: Town, settings: Settings) -> None:
    past(town.database, "update images set created_at = now() - interval '40 days'")
    past(town.database, "update runs set created_at = now() where image_sha256 is not null")
    assert keeping(town, settings, keep_images_days=30).run() == Counts()


def test_a_picture_that_is_sent_again_is_kept_again(town: Town, settings: Settings) -> None:
    past(town.database, "update images set created_at = now() - interval '40 days'")
    keeping(town, settings, keep_images_days=30).run()
    with town.database.unit_of_work() as session:
        old = session.get(Run, town.detection)
        assert old is not None
        columns = (column.name for column in Run.__table__.columns)
        row = {name: getattr(old, name) for name in columns} | {"id": new_id()}
        picture = {"mime": "image/png", "width": 9, "height": 9, "content": PICTURE}
        row["image_sha256"] = _DIGEST
        assert DetectionRepository(session).add_answered(row, "shapes", "r1", picture)
    with town.database.unit_of_work() as session:
        assert ImageRepository(session).get_image_content(_DIGEST) == PICTURE


def test_old_entries_of_the_audit_log_go_by_setting_alone(town: Town, settings: Settings) -> None:
    with town.database.unit_of_work() as session:
        for days in (370, 10):
            at = now() - timedelta(days=days)
            entry = {"action": "signed_in", "face": "ui", "trace_id": "t"}
            session.add(AuditEntry(id=new_id(), at=at, **entry))
    assert keeping(town, settings).run() == Counts()
    assert keeping(town, settings, keep_audit_days=365).run() == Counts(audit_entries=1)


def test_what_serves_for_a_while_only_goes_by_itself(town: Town, settings: Settings) -> None:
    old = now() - timedelta(days=91)
    with town.database.unit_of_work() as session:
        attempt = {"account": "a", "address": "b", "known_address": False}
        session.add(SignInAttempt(id=new_id(), created_at=old, **attempt))
        use = {"subject_id": new_id(), "task": "detection", "span": "day", "used": 1}
        session.add(LimitUse(starts_at=old, **use))
        whose = {"user_id": town.bob.user_id, "epoch": 0}
        session.add(SessionRow(id=new_id(), created_at=old, expires_at=old, **whose))
    removed = keeping(town, settings).run()
    assert removed == Counts(sign_in_attempts=1, limit_uses=1, sessions=1)


def test_people_are_erased_once_it_is_time(town: Town, settings: Settings) -> None:
    ErasureService(town.database).erase_user(town.root, town.kim.user_id, NAME)
    service = keeping(town, settings)
    assert service.run() == Counts()
    past(town.database, "update users set erase_at = now() where erase_at is not null")
    assert service.run() == Counts(people=1)
    assert holding(town.database, NAME) == set()
    assert service.run() == Counts()


def test_one_process_at_a_time(town: Town, settings: Settings) -> None:
    service = keeping(town, settings)
    with town.database.connected() as step:
        with step() as session:
            assert KeepingRepository(session).claim()
        with pytest.raises(Conflict, match="Another process"):
            service.run()
        assert Keeper(service).look() == keeper._EVERY_S
    assert service.run() == Counts()


def test_the_keeper_waits_for_a_database_that_is_away(settings: Settings) -> None:
    gone = Database("postgresql://nobody@127.0.0.1:1/nothing", database_away)
    assert Keeper(KeepingService(gone, settings)).look() == keeper._AGAIN_S


def test_nobody_who_reviews_meanwhile_deadlocks_with_it(town: Town, settings: Settings) -> None:
    """A reviewer holds the first half of the ratings by id, and takes the others while erasing
    waits: had it changed one of these already, as they lie first in the table, neither would
    ever go on."""
    model = rows.model(town.database, "generation", "reporter", "r9")
    for number in range(30):
        run = rows.run(town.database, town.bob, model, text=f"{number}")
        with town.database.unit_of_work() as session:
            given = {"id": str(UUID(int=1000 - number)), "run": run, "model": model}
            session.execute(text(_RATINGS), given)
    halfway, failures = threading.Event(), []

    def review() -> None:
        try:
            with town.database.unit_of_work() as session:
                ids = session.scalars(
                    text("select id from feedback where comment = 'c' order by id")
                ).all()
                middle = len(ids) // 2
                for place, id in enumerate(ids):
                    if place == middle:
                        halfway.set()
                        wait_for_waiting(session)
                    changed = "update feedback set review_status = 'triaged' where id = :id"
                    session.execute(text(changed), {"id": id})
        except DBAPIError as error:
            failures.append(error)

    reviewer = threading.Thread(target=review)
    reviewer.start()
    assert halfway.wait(10)
    removed = keeping(town, settings, keep_runs_days=30).run(PROGRAM)
    reviewer.join()
    assert not failures
    assert removed.runs == 34
    assert all(
        drift.keys == 0 for drift in rollups.reconcile(town.database, AccountService.system_actor())
    )


def wait_for_waiting(session: Session) -> None:
    """Until somebody waits for a lock."""
    for _ in range(100):
        if session.scalar(text("select exists (select from pg_locks where not granted)")):
            return
        time.sleep(0.05)


def past(database: Database, change: str) -> None:
    with database.unit_of_work() as session:
        session.execute(text(change))
