"""Judging boxes: rows of one person, whatever the clicks, and the precision they add up to."""

from concurrent.futures import ThreadPoolExecutor
from math import inf, nan
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from core.detection.types import Box
from core.errors import Conflict, GlimpseError, Invalid, NotAllowed, NotFound
from core.feedback.types import BoxVerdict, PhrasePrecision, Verdict
from core.feedback.verdicts import VerdictService
from core.ids import new_id
from core.permissions import Actor, Role, Scope
from db.models import BoxVerdict as VerdictRow
from db.models import MissedBox
from db.session import Database
from tests.core.feedback.detections import HEIGHT, WIDTH, detection
from tests.core.review import rows

BOX = Box(10.5, 20.25, 50.125, 60.0)
LABELS = ("red circle", "blue star", "red circle")


@pytest.fixture
def verdicts(database: Database) -> VerdictService:
    return VerdictService(database)


@pytest.fixture
def root(database: Database) -> Actor:
    return rows.person(database, "root", Role.ADMIN)


@pytest.fixture
def shapes(database: Database) -> UUID:
    return rows.model(database, "detection", "shapes")


@pytest.fixture
def run_id(database: Database, ann: Actor, shapes: UUID) -> UUID:
    return detection(database, ann, shapes, *LABELS)


def count(database: Database, table: type[VerdictRow | MissedBox]) -> int:
    with database.unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def row(database: Database) -> VerdictRow:
    with database.unit_of_work() as session:
        return session.scalars(select(VerdictRow)).one()


def test_a_verdict_is_kept_changed_and_taken_back(
    verdicts: VerdictService, ann: Actor, run_id: UUID
) -> None:
    assert verdicts.of(ann, run_id).verdicts == ()
    assert verdicts.set(ann, run_id, 2, Verdict.LOOSE) is None
    assert verdicts.set(ann, run_id, 0, Verdict.RIGHT) is None
    judged = verdicts.of(ann, run_id)
    assert (judged.run_id, judged.user_id) == (run_id, ann.user_id)
    assert judged.verdicts == (BoxVerdict(0, Verdict.RIGHT), BoxVerdict(2, Verdict.LOOSE))
    assert verdicts.set(ann, run_id, 2, Verdict.ABSENT) is Verdict.LOOSE
    assert verdicts.set(ann, run_id, 0, None) is Verdict.RIGHT
    assert verdicts.set(ann, run_id, 0, None) is None
    assert verdicts.of(ann, run_id).verdicts == (BoxVerdict(2, Verdict.ABSENT),)


def test_undo_is_setting_what_was_there_before(
    verdicts: VerdictService, ann: Actor, run_id: UUID
) -> None:
    verdicts.set(ann, run_id, 1, Verdict.WRONG_LABEL)
    start = verdicts.of(ann, run_id)
    for index, verdict in ((1, Verdict.RIGHT), (1, None), (0, Verdict.LOOSE)):
        before = verdicts.set(ann, run_id, index, verdict)
        verdicts.set(ann, run_id, index, before)
        assert verdicts.of(ann, run_id) == start


def test_an_equal_repeat_changes_nothing(
    verdicts: VerdictService, database: Database, ann: Actor, run_id: UUID
) -> None:
    verdicts.set(ann, run_id, 0, Verdict.RIGHT)
    first = row(database)
    verdicts.set(ann, run_id, 0, Verdict.RIGHT)
    assert row(database).updated_at == first.updated_at
    verdicts.set(ann, run_id, 0, Verdict.LOOSE)
    changed = row(database)
    assert (changed.id, changed.created_at) == (first.id, first.created_at)
    assert changed.updated_at > first.updated_at


def test_ten_gestures_at_once_make_one_row_each(
    verdicts: VerdictService, database: Database, ann: Actor, run_id: UUID
) -> None:
    with ThreadPoolExecutor(10) as pool:
        judged = [pool.submit(verdicts.set, ann, run_id, 0, Verdict.RIGHT) for _ in range(5)]
        drawn = [pool.submit(verdicts.add_missed, ann, run_id, "cat", BOX) for _ in range(5)]
        before = [each.result() for each in judged]
        kept = {each.result() for each in drawn}
    assert sorted(map(str, before)) == ["None", *["right"] * 4]
    assert len(kept) == 1
    assert (count(database, VerdictRow), count(database, MissedBox)) == (1, 1)


@pytest.mark.parametrize("index", [-1, 3, 2**70, True, 1.0])
def test_a_box_must_be_one_of_the_runs(
    verdicts: VerdictService, database: Database, ann: Actor, run_id: UUID, index: Any
) -> None:
    with pytest.raises(Invalid, match="0 to 2"):
        verdicts.set(ann, run_id, index, Verdict.RIGHT)
    assert count(database, VerdictRow) == 0


def test_a_run_without_boxes_says_so(
    verdicts: VerdictService, database: Database, ann: Actor, shapes: UUID
) -> None:
    with pytest.raises(Invalid, match="has no boxes"):
        verdicts.set(ann, detection(database, ann, shapes), 0, Verdict.RIGHT)


def test_an_unknown_verdict_is_refused_with_the_known_ones(
    verdicts: VerdictService, ann: Actor, run_id: UUID
) -> None:
    with pytest.raises(Invalid, match="right, wrong_label, loose, absent"):
        verdicts.set(ann, run_id, 0, "great")  # type: ignore[arg-type]


def test_what_was_missed_is_kept_as_drawn_and_removed_for_undo(
    verdicts: VerdictService, ann: Actor, run_id: UUID
) -> None:
    first = verdicts.add_missed(ann, run_id, "  green \n square ", BOX)
    second = verdicts.add_missed(ann, run_id, "猫", Box(0, 0, WIDTH, HEIGHT))
    assert (first.label, first.box) == ("green square", BOX)
    assert first.id is not None
    assert verdicts.of(ann, run_id).missed == (first, second)
    assert verdicts.remove_missed(ann, run_id, first.id) == first
    assert verdicts.of(ann, run_id).missed == (second,)
    with pytest.raises(NotFound, match="removed already"):
        verdicts.remove_missed(ann, run_id, first.id)
    again = verdicts.add_missed(ann, run_id, first.label, first.box)
    assert (again.label, again.box) == (first.label, first.box)


def test_the_same_object_marked_again_is_one_row(
    verdicts: VerdictService, database: Database, ann: Actor, run_id: UUID
) -> None:
    first = verdicts.add_missed(ann, run_id, "cat", BOX)
    assert verdicts.add_missed(ann, run_id, " cat", BOX) == first
    verdicts.add_missed(ann, run_id, "dog", BOX)
    verdicts.add_missed(ann, run_id, "cat", Box(10.5, 20.25, 50.125, 61.0))
    assert count(database, MissedBox) == 3


@pytest.mark.parametrize(
    ("label", "box", "field"),
    [
        ("", BOX, "label"),
        (" \n ", BOX, "label"),
        ("\u200b", BOX, "label"),
        ("...", BOX, "label"),
        ("x" * 101, BOX, "label"),
        ("a\x00b", BOX, "label"),
        ("\ud800", BOX, "label"),
        ("cat", Box(-0.1, 0, 10, 10), "box"),
        ("cat", Box(0, 0, WIDTH + 0.1, 10), "box"),
        ("cat", Box(0, 0, 10, HEIGHT + 1), "box"),
        ("cat", Box(0, 0, 10, inf), "box"),
        ("cat", Box(nan, 0, 10, 10), "box"),
        ("cat", Box(0, 0, nan, 10), "box"),
        ("cat", Box(10, 10, 11.9, 20), "box"),
        ("cat", Box(10, 10, 20, 11.9), "box"),
        ("cat", Box(50, 10, 20, 20), "box"),
        ("cat", Box(50, 50, 50, 50), "box"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(
    verdicts: VerdictService,
    database: Database,
    ann: Actor,
    run_id: UUID,
    label: str,
    box: Box,
    field: str,
) -> None:
    with pytest.raises(Invalid) as refused:
        verdicts.add_missed(ann, run_id, label, box)
    assert refused.value.facts["field"] == field
    assert count(database, MissedBox) == 0


def test_limits_themselves_are_allowed(verdicts: VerdictService, ann: Actor, run_id: UUID) -> None:
    kept = verdicts.add_missed(ann, run_id, "x" * 100, Box(WIDTH - 2, HEIGHT - 2, WIDTH, HEIGHT))
    assert len(kept.label) == 100


def test_two_hundred_missed_objects_are_the_most_of_one_person_in_one_run(
    verdicts: VerdictService, database: Database, ann: Actor, root: Actor, run_id: UUID
) -> None:
    with database.unit_of_work() as session:
        session.add_all(
            MissedBox(
                id=new_id(),
                run_id=run_id,
                user_id=ann.user_id,
                label=f"cat {number}",
                x_min=BOX.xmin,
                y_min=BOX.ymin,
                x_max=BOX.xmax,
                y_max=BOX.ymax,
            )
            for number in range(199)
        )
    verdicts.add_missed(ann, run_id, "the last", BOX)
    with pytest.raises(Invalid, match="At most 200"):
        verdicts.add_missed(ann, run_id, "one more", BOX)
    assert verdicts.add_missed(ann, run_id, "the last", BOX).id
    assert verdicts.add_missed(root, run_id, "one more", BOX).id


def test_each_person_judges_alone(
    verdicts: VerdictService, ann: Actor, root: Actor, run_id: UUID
) -> None:
    verdicts.set(ann, run_id, 0, Verdict.RIGHT)
    drawn = verdicts.add_missed(ann, run_id, "cat", BOX)
    assert verdicts.set(root, run_id, 0, Verdict.ABSENT) is None
    assert verdicts.of(root, run_id).verdicts == (BoxVerdict(0, Verdict.ABSENT),)
    assert verdicts.of(root, run_id).missed == ()
    assert drawn.id is not None
    with pytest.raises(NotFound):
        verdicts.remove_missed(root, run_id, drawn.id)
    verdicts.set(root, run_id, 0, None)
    assert verdicts.of(ann, run_id).verdicts == (BoxVerdict(0, Verdict.RIGHT),)
    assert verdicts.of(ann, run_id).missed == (drawn,)


def test_a_mark_is_removed_through_its_own_run_only(
    verdicts: VerdictService, database: Database, ann: Actor, shapes: UUID, run_id: UUID
) -> None:
    drawn = verdicts.add_missed(ann, run_id, "cat", BOX)
    other = detection(database, ann, shapes, "cat")
    assert drawn.id is not None
    with pytest.raises(NotFound):
        verdicts.remove_missed(ann, other, drawn.id)
    assert verdicts.of(ann, run_id).missed == (drawn,)


def every_call(verdicts: VerdictService, actor: Actor, run_id: UUID) -> list[Any]:
    return [
        lambda: verdicts.set(actor, run_id, 0, Verdict.RIGHT),
        lambda: verdicts.set(actor, run_id, 0, None),
        lambda: verdicts.add_missed(actor, run_id, "cat", BOX),
        lambda: verdicts.remove_missed(actor, run_id, new_id()),
        lambda: verdicts.of(actor, run_id),
    ]


def test_runs_of_others_are_not_found(
    verdicts: VerdictService, database: Database, ann: Actor, run_id: UUID
) -> None:
    bob = rows.person(database, "bob")
    written = rows.run(database, ann, rows.model(database, "generation", "writer"))
    for actor, run in ((bob, run_id), (ann, written), (ann, new_id())):
        for call in every_call(verdicts, actor, run):
            with pytest.raises(NotFound, match="no such run"):
                call()
    assert (count(database, VerdictRow), count(database, MissedBox)) == (0, 0)


def test_judging_needs_the_right_to_rate(
    verdicts: VerdictService, database: Database, ann: Actor, shapes: UUID
) -> None:
    guest = rows.person(database, "guest", Role.GUEST)
    detecting = Actor(ann.user_id, "ann", Role.ANALYST, ann.face, scopes=frozenset({Scope.DETECT}))
    for actor in (guest, detecting):
        run_id = detection(database, actor, shapes, "cat")
        for call in every_call(verdicts, actor, run_id):
            with pytest.raises(NotAllowed):
                call()


def test_a_failed_detection_has_nothing_to_judge(
    verdicts: VerdictService, database: Database, ann: Actor, shapes: UUID
) -> None:
    run_id = detection(database, ann, shapes, status="failed")
    for call in every_call(verdicts, ann, run_id)[:-1]:
        with pytest.raises(Conflict, match="run it again"):
            call()
    assert verdicts.of(ann, run_id).verdicts == ()


def test_a_verdict_is_not_acknowledged_while_the_database_is_away(ann: Actor, run_id: UUID) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none", lambda: GlimpseError("away"))
    with pytest.raises(GlimpseError, match="away"):
        VerdictService(away).set(ann, run_id, 0, Verdict.RIGHT)


def test_verdicts_go_with_their_run(
    verdicts: VerdictService, database: Database, ann: Actor, run_id: UUID
) -> None:
    verdicts.set(ann, run_id, 0, Verdict.RIGHT)
    verdicts.add_missed(ann, run_id, "cat", BOX)
    with database.unit_of_work() as session:
        session.execute(text("delete from runs where id = :id"), {"id": run_id})
    assert (count(database, VerdictRow), count(database, MissedBox)) == (0, 0)


def test_precision_equals_the_table_made_by_hand(
    verdicts: VerdictService, database: Database, ann: Actor, root: Actor, shapes: UUID
) -> None:
    newer = rows.model(database, "detection", "shapes", "r2")
    other = rows.model(database, "detection", "another")
    one = detection(database, ann, shapes, "Cat", "cat", "dog", "ÄRA")
    two = detection(database, root, newer, "CAT", "ära")
    three = detection(database, ann, other, "cat")
    for actor, run_id, index, verdict in (
        (ann, one, 0, Verdict.RIGHT),
        (ann, one, 1, Verdict.LOOSE),
        (root, one, 0, Verdict.WRONG_LABEL),
        (root, one, 1, Verdict.ABSENT),
        (ann, one, 3, Verdict.RIGHT),
        (root, two, 0, Verdict.RIGHT),
        (root, two, 1, Verdict.ABSENT),
        (ann, three, 0, Verdict.ABSENT),
    ):
        verdicts.set(actor, run_id, index, verdict)
    verdicts.add_missed(ann, one, "DOG", BOX)
    verdicts.add_missed(root, one, "dog", BOX)
    verdicts.add_missed(ann, three, "bird", BOX)

    found = verdicts.precision(root)
    assert found == (
        PhrasePrecision("another", "bird", 0, 0, 0, 0, missed=1),
        PhrasePrecision("another", "cat", 0, 0, 0, 1, missed=0),
        PhrasePrecision("shapes", "cat", 2, 1, 1, 1, missed=0),
        PhrasePrecision("shapes", "dog", 0, 0, 0, 0, missed=2),
        PhrasePrecision("shapes", "ära", 1, 0, 0, 1, missed=0),
    )
    assert [each.precision for each in found] == [None, 0.0, 0.6, None, 0.5]
    assert verdicts.precision(root, "another") == found[:2]
    assert verdicts.precision(root, "shapes@r2") == (
        PhrasePrecision("shapes", "cat", 1, 0, 0, 0, missed=0),
        PhrasePrecision("shapes", "ära", 0, 0, 0, 1, missed=0),
    )
    assert verdicts.precision(root, "nothing") == ()


def test_only_reviewers_see_precision(verdicts: VerdictService, ann: Actor) -> None:
    with pytest.raises(NotAllowed):
        verdicts.precision(ann)
