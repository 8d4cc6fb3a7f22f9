"""One's own history: filtered, in pages that stay right, nobody else's."""

from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from core.errors import Invalid, NotAllowed
from core.feedback.service import FeedbackService
from core.permissions import Actor, Role
from core.review.paging import Cursor
from core.runs.service import RunService
from core.runs.types import HistoryFilter, RunStatus, Task
from db.models import Run
from db.repositories.review_order import Place
from db.session import Database
from tests.core.review import rows

HOUR = timedelta(hours=1)


@pytest.fixture
def runs(database: Database) -> RunService:
    return RunService(database)


@pytest.fixture
def made(database: Database, ann: Actor) -> dict[str, UUID]:
    """Four runs of ann's, one hour apart, and one of bob's with the same words."""
    writer = rows.model(database, "generation", "writer")
    shapes = rows.model(database, "detection", "shapes", "r7")
    digest = rows.image(database)

    def detection(prompt: str, hours: int, **columns: Any) -> UUID:
        at = rows.NOON + hours * HOUR
        return rows.run(database, ann, shapes, task="detection", prompt=prompt, at=at, **columns)

    made = {
        "text": rows.run(database, ann, writer, prompt="Report 100% of RED hats_now"),
        "hat": detection("red hat", 1, image_sha256=digest),
        "again": detection("red HAT. dog", 2, image_sha256=digest, cached=True),
        "failed": detection("dog", 3, status="failed"),
    }
    bob = rows.person(database, "bob")
    rows.run(database, bob, shapes, task="detection", prompt="red hat", at=rows.NOON + 9 * HOUR)
    FeedbackService(database).rate(ann, made["hat"], 4)
    admin = rows.person(database, "root", Role.ADMIN)
    FeedbackService(database).rate(admin, made["again"], 1)
    return made


def test_a_line_says_what_the_run_was(runs: RunService, ann: Actor, made: dict[str, UUID]) -> None:
    newest = runs.history(ann).runs
    assert [run.id for run in newest] == [made[n] for n in ("failed", "again", "hat", "text")]
    failed, again, hat, text = newest
    assert (failed.status, failed.image_sha256) == (RunStatus.FAILED, None)
    assert (again.cached, again.rating) == (True, None)
    assert (hat.cached, hat.rating) == (False, 4)
    assert (hat.model, hat.revision, hat.prompt) == ("shapes", "r7", "red hat")
    assert hat.image_sha256 == bytes(range(32)).hex()
    assert (text.task, text.model) == (Task.GENERATION, "writer")
    assert runs.recent(ann) == newest


@pytest.mark.parametrize(
    ("thresholds", "status", "boxes"),
    [
        ((0.35, 0.25), "done", 2),
        ((0.91, 0.25), "done", 1),
        ((0.35, 0.9), "done", 1),
        ((0.95, 0), "done", 0),
        ((0, 0), "done", 3),
        ((0.35, 0.25), "failed", None),
    ],
)
def test_found_boxes_are_counted_by_the_runs_own_thresholds(
    runs: RunService,
    database: Database,
    ann: Actor,
    thresholds: tuple[float, float],
    status: str,
    boxes: int | None,
) -> None:
    shapes = rows.model(database, "detection", "shapes")
    run_id = rows.run(database, ann, shapes, task="detection", status=status)
    with database.unit_of_work() as session:
        row = session.get_one(Run, run_id)
        row.params = dict(zip(("box_threshold", "text_threshold"), thresholds, strict=True))
        row.output = {"detections": [{"score": score} for score in (0.91, 0.35, 0.05)]}
    (line,) = runs.history(ann).runs
    assert line.boxes == boxes
    assert line.box_threshold == (None if boxes is None else thresholds[0])


def test_texts_have_no_boxes(runs: RunService, ann: Actor, made: dict[str, UUID]) -> None:
    lines = {line.id: (line.box_threshold, line.boxes) for line in runs.history(ann).runs}
    assert lines[made["text"]] == lines[made["failed"]] == (None, None)
    assert lines[made["hat"]] == (0.35, 1)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, "failed again hat text"),
        ({"text": "red hat"}, "again hat text"),
        ({"text": "  rED Hats "}, "text"),
        ({"text": "100%"}, "text"),
        ({"text": "1%"}, ""),
        ({"text": "hats_"}, "text"),
        ({"text": "red_hat"}, ""),
        ({"task": Task.DETECTION}, "failed again hat"),
        ({"model": "shapes"}, "failed again hat"),
        ({"model": "shape"}, ""),
        ({"status": RunStatus.FAILED}, "failed"),
        ({"rated": True}, "hat"),
        ({"rated": False}, "failed again text"),
        ({"since": rows.NOON + HOUR}, "failed again hat"),
        ({"until": rows.NOON + HOUR}, "text"),
        ({"since": rows.NOON + HOUR, "until": rows.NOON + 2 * HOUR}, "hat"),
        ({"image_sha256": bytes(range(32)).hex().upper()}, "again hat"),
        ({"image_sha256": "00" * 32}, ""),
        ({"text": "dog", "task": Task.DETECTION, "status": RunStatus.DONE}, "again"),
    ],
    ids=str,
)
def test_filters(
    runs: RunService, ann: Actor, made: dict[str, UUID], wanted: dict[str, Any], found: str
) -> None:
    page = runs.history(ann, HistoryFilter(**wanted))
    assert [run.id for run in page.runs] == [made[name] for name in found.split()]
    assert page.next is None


@pytest.mark.parametrize("last", [0, 1, 5_000])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("RED h", "again hat text"),
        ("hats_now", "text"),
        ("ed hat", ""),
        ("0% of", ""),
        ("100% of", "text"),
        ("%", "text"),
        ("dog. red", ""),
        ("red hat. d", "again"),
    ],
)
def test_text_is_found_however_long_ago(
    runs: RunService,
    ann: Actor,
    made: dict[str, UUID],
    text: str,
    found: str,
    last: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("db.repositories.runs.LAST_RUNS", last)
    page = runs.history(ann, HistoryFilter(text=text))
    assert [run.id for run in page.runs] == [made[name] for name in found.split()]


def test_pages_follow_each_other_while_runs_are_added(
    runs: RunService, database: Database, ann: Actor
) -> None:
    writer = rows.model(database, "generation", "writer")
    at_once = [rows.run(database, ann, writer, prompt="kept") for _ in range(5)]
    rows.run(database, ann, writer, prompt="other")
    wanted = HistoryFilter(text="kept")
    seen: list[UUID] = []
    cursor = None
    for size in (2, 2, 1):
        page = runs.history(ann, wanted, cursor, limit=2)
        assert len(page.runs) == size
        seen += [run.id for run in page.runs]
        rows.run(database, ann, writer, prompt="kept", at=rows.NOON + HOUR)
        cursor = page.next
    assert cursor is None
    assert seen == sorted(at_once, reverse=True)


def test_a_full_last_page_is_the_last(runs: RunService, ann: Actor, made: dict[str, UUID]) -> None:
    assert runs.history(ann, limit=len(made)).next is None
    assert runs.history(ann, limit=len(made) - 1).next is not None


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"text": "x" * 201}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"model": "a\x00b"}, "model"),
        ({"image_sha256": "abc"}, "image_sha256"),
        ({"image_sha256": "zz" * 32}, "image_sha256"),
        ({"since": datetime(2026, 1, 1)}, "since"),
        ({"since": rows.NOON.replace(year=1999)}, "since"),
        ({"until": rows.NOON.replace(year=3001)}, "until"),
        ({"since": rows.NOON, "until": rows.NOON - HOUR}, "since"),
    ],
    ids=str,
)
def test_a_filter_that_cannot_be_is_named(
    runs: RunService, ann: Actor, wanted: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid, match=f"“{field}”") as caught:
        runs.history(ann, HistoryFilter(**wanted))
    assert caught.value.facts["field"] == field


def test_a_page_has_bounds_and_a_readable_cursor(runs: RunService, ann: Actor) -> None:
    for limit in (0, 201):
        with pytest.raises(Invalid, match="from 1 to 200"):
            runs.history(ann, limit=limit)
    newer = str(Cursor(Place(rows.NOON, UUID(int=1)), older=False))
    for cursor in ("nonsense", "é", newer):
        with pytest.raises(Invalid, match="cursor cannot be read"):
            runs.history(ann, cursor=cursor)


def test_a_moment_may_be_told_in_any_zone(
    runs: RunService, ann: Actor, made: dict[str, UUID]
) -> None:
    """PostgreSQL reads no zone beyond 15:59, and none with parts of a second."""
    all_runs = runs.history(ann).runs
    middle = all_runs[1].created_at
    for offset in (timedelta(hours=23), timedelta(seconds=-30.5)):
        far = timezone(offset)
        since = HistoryFilter(since=middle.astimezone(far))
        assert runs.history(ann, since).runs == all_runs[:2]
        until = HistoryFilter(until=middle.astimezone(far))
        assert runs.history(ann, until).runs == all_runs[2:]
        behind = str(Cursor(Place(middle.astimezone(far), all_runs[1].id), older=True))
        assert runs.history(ann, cursor=behind).runs == all_runs[2:]
    last = datetime(9999, 12, 31, 23, tzinfo=timezone(-2 * HOUR))
    with pytest.raises(Invalid, match="cursor cannot be read"):
        runs.history(ann, cursor=str(Cursor(Place(last, UUID(int=1)), older=True)))


def test_guests_have_no_history(runs: RunService, database: Database) -> None:
    guest = rows.person(database, "gus", Role.GUEST)
    with pytest.raises(NotAllowed):
        runs.history(guest)
    with pytest.raises(NotAllowed):
        runs.compare(guest, UUID(int=1), UUID(int=2))
