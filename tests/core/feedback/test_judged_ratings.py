"""A rating that says what is right and wrong of each box: all of it is kept, or nothing."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from core.detection.types import Box
from core.errors import Conflict, Invalid
from core.feedback.service import FeedbackService
from core.feedback.types import BoxVerdict, MissedObject, Verdict
from core.feedback.verdicts import VerdictService
from core.permissions import Actor, Role
from db.session import Database
from tests.core.feedback.detections import detection
from tests.core.review import rows

RIGHT, LOOSE = BoxVerdict(0, Verdict.RIGHT), BoxVerdict(1, Verdict.LOOSE)
CAT = MissedObject("cat", Box(1.0, 2.0, 30.5, 40.0))
DOG = MissedObject("dog", Box(1.0, 2.0, 30.5, 40.0))


@pytest.fixture
def feedback(database: Database) -> FeedbackService:
    return FeedbackService(database)


@pytest.fixture
def verdicts(database: Database) -> VerdictService:
    return VerdictService(database)


@pytest.fixture
def run_id(database: Database, ann: Actor) -> UUID:
    return detection(database, ann, rows.model(database, "detection", "shapes"), "cat", "dog")


def drawn(missed: tuple[MissedObject, ...]) -> list[tuple[str, Box]]:
    return [(each.label, each.box) for each in missed]


def test_a_rating_keeps_what_it_says_of_boxes(
    feedback: FeedbackService, verdicts: VerdictService, ann: Actor, run_id: UUID
) -> None:
    rated = feedback.rate(ann, run_id, 3, boxes=[LOOSE, RIGHT], missed=[DOG, CAT, DOG])
    assert rated.judgement.verdicts == (RIGHT, LOOSE)
    assert drawn(rated.judgement.missed) == drawn((DOG, CAT))
    assert verdicts.of(ann, run_id) == rated.judgement


def test_what_is_given_replaces_and_what_is_left_out_stays(
    feedback: FeedbackService, verdicts: VerdictService, ann: Actor, run_id: UUID
) -> None:
    first = feedback.rate(ann, run_id, 3, boxes=[RIGHT, LOOSE], missed=[CAT]).judgement
    assert feedback.rate(ann, run_id, 4).judgement == first
    absent = BoxVerdict(1, Verdict.ABSENT)
    second = feedback.rate(ann, run_id, 4, boxes=[absent]).judgement
    assert (second.verdicts, second.missed) == ((absent,), first.missed)
    third = feedback.rate(ann, run_id, 4, missed=[DOG, CAT]).judgement
    assert third.verdicts == (absent,)
    assert third.missed[0] == first.missed[0], "what is given again keeps its id and place"
    assert drawn(third.missed) == drawn((CAT, DOG))
    assert feedback.rate(ann, run_id, 4, missed=[]).judgement.missed == ()
    assert feedback.rate(ann, run_id, 4, boxes=[]).judgement.verdicts == ()


def test_others_verdicts_stay_as_they_are(
    feedback: FeedbackService,
    verdicts: VerdictService,
    database: Database,
    ann: Actor,
    run_id: UUID,
) -> None:
    root = rows.person(database, "root", Role.ADMIN)
    said = feedback.rate(root, run_id, 1, boxes=[RIGHT], missed=[CAT]).judgement
    feedback.rate(ann, run_id, 3, boxes=[], missed=[])
    assert verdicts.of(root, run_id) == said


@pytest.mark.parametrize(
    ("boxes", "missed", "said"),
    [
        ([BoxVerdict(2, Verdict.RIGHT)], None, "0 to 1"),
        ([RIGHT, BoxVerdict(0, Verdict.LOOSE)], None, "twice"),
        ([RIGHT], [MissedObject("", CAT.box)], "label"),
        ([RIGHT], [MissedObject("cat", Box(0, 0, 500, 500))], "outside the picture"),
        (None, [MissedObject(f"cat {n}", CAT.box) for n in range(201)], "At most 200"),
    ],
)
def test_one_wrong_box_and_nothing_is_kept(
    feedback: FeedbackService,
    verdicts: VerdictService,
    ann: Actor,
    run_id: UUID,
    boxes: Any,
    missed: Any,
    said: str,
) -> None:
    before = feedback.rate(ann, run_id, 3, boxes=[LOOSE], missed=[DOG])
    with pytest.raises(Invalid, match=said):
        feedback.rate(ann, run_id, 5, boxes=boxes, missed=missed)
    assert feedback.own(ann, run_id) == before.feedback
    assert verdicts.of(ann, run_id) == before.judgement


def test_only_detections_that_ended_well_have_boxes(
    feedback: FeedbackService, database: Database, ann: Actor
) -> None:
    written = rows.run(database, ann, rows.model(database, "generation", "writer"))
    with pytest.raises(Invalid, match="no detection"):
        feedback.rate(ann, written, 3, boxes=[])
    shapes = rows.model(database, "detection", "shapes")
    failed = detection(database, ann, shapes, status="failed")
    with pytest.raises(Conflict, match="run it again"):
        feedback.rate(ann, failed, 3, missed=[CAT])
    assert feedback.own(ann, failed) is None
    rated = feedback.rate(ann, written, 3)
    assert (rated.judgement.verdicts, rated.judgement.missed) == ((), ())


def test_a_repeat_under_its_key_does_not_undo_later_verdicts(
    feedback: FeedbackService, verdicts: VerdictService, ann: Actor, run_id: UUID
) -> None:
    feedback.rate(ann, run_id, 3, key="k", boxes=[RIGHT], missed=[CAT])
    verdicts.set(ann, run_id, 0, Verdict.ABSENT)
    repeat = feedback.rate(ann, run_id, 3, key="k", boxes=[RIGHT], missed=[CAT])
    assert not repeat.created
    assert repeat.judgement == verdicts.of(ann, run_id)
    assert repeat.judgement.verdicts == (BoxVerdict(0, Verdict.ABSENT),)


def test_boxes_are_part_of_what_a_key_stands_for(
    feedback: FeedbackService, verdicts: VerdictService, ann: Actor, run_id: UUID
) -> None:
    given: dict[str, Any] = {"boxes": [RIGHT], "missed": [CAT]}
    first = feedback.rate(ann, run_id, 3, key="k", **given)
    moved = MissedObject("cat", Box(1.0, 2.0, 30.5, 41.0))
    others: tuple[dict[str, Any], ...] = (
        {"boxes": [BoxVerdict(0, Verdict.LOOSE)]},
        {"boxes": [BoxVerdict(1, Verdict.RIGHT)]},
        {"boxes": []},
        {"boxes": None},
        {"missed": [DOG]},
        {"missed": [moved]},
        {"missed": None},
        {"boxes": None, "missed": None},
    )
    for other in others:
        with pytest.raises(Conflict, match="new key"):
            feedback.rate(ann, run_id, 3, key="k", **(given | other))
    assert verdicts.of(ann, run_id) == first.judgement


def test_ten_submits_at_once_keep_each_object_once(
    feedback: FeedbackService, verdicts: VerdictService, ann: Actor, run_id: UUID
) -> None:
    with ThreadPoolExecutor(10) as pool:
        futures = [
            pool.submit(feedback.rate, ann, run_id, 3, boxes=[RIGHT, LOOSE], missed=[CAT, DOG])
            for _ in range(10)
        ]
        rated = [future.result() for future in futures]
    assert sum(each.created for each in rated) == 1
    judged = verdicts.of(ann, run_id)
    assert judged.verdicts == (RIGHT, LOOSE)
    assert drawn(judged.missed) == drawn((CAT, DOG))
