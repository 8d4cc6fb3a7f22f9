"""Advice from verdicts in the database, and what setting a cut does to detections from then on."""

from uuid import UUID

import pytest
from sqlalchemy import text

from core.config import Settings
from core.detection.cuts import PhraseCuts
from core.detection.service import DetectionService
from core.detection.types import Box, DetectionParams
from core.errors import Conflict, Invalid, NotAllowed
from core.feedback.service import FeedbackService
from core.feedback.types import MissedObject, Verdict
from core.inference.registry import ModelRegistry
from core.permissions import Actor, Role
from core.quality.service import QualityService
from core.review.types import FeedbackFilter
from db.models import Feedback, Run
from db.session import Database
from tests.core.detection.pictures import as_file, scene
from tests.core.quality.boxes import found, judged
from tests.core.review import rows

ALL, PICTURE = FeedbackFilter(), as_file(scene())
# By hand, for "red circle" of the model "rule", right or loose against the rest:
#   score .9: 12 of 12 right; .7: 8 of 9 (20 of 21 from here: .952); .5: 4 of 12 (24 of 33: .727)
SCORED = ((0.9, 12, 0), (0.7, 8, 1), (0.5, 4, 8))


@pytest.fixture
def root(database: Database) -> Actor:
    return rows.person(database, "root", Role.ADMIN)


@pytest.fixture
def cuts(database: Database) -> PhraseCuts:
    return PhraseCuts(database)


@pytest.fixture
def quality(database: Database, detectors: ModelRegistry, cuts: PhraseCuts) -> QualityService:
    return QualityService(database, detectors, cuts)


@pytest.fixture
def rule_id(database: Database, detectors: ModelRegistry) -> UUID:
    revision = next(info.revision for info in detectors.infos() if info.id == "rule")
    return rows.model(database, "detection", "rule", revision)


@pytest.fixture
def verdicts(database: Database, ann: Actor, rule_id: UUID) -> None:
    """The table above, one box to a rating; "blue star" has few; "shapes" has its own."""
    for place, (score, right, wrong) in enumerate(SCORED):
        for each in range(right + wrong):
            good = (Verdict.RIGHT, Verdict.LOOSE)[each % 2]
            bad = (Verdict.WRONG_LABEL, Verdict.ABSENT)[each % 2]
            verdict = good if each < right else bad
            label = ("Red circle", "red CIRCLE")[each % 2]
            judged(database, ann, rule_id, [(label, score, verdict)], rating=3 + place % 3)
    judged(database, ann, rule_id, [("blue star", 0.8, Verdict.RIGHT)] * 5)
    other = rows.model(database, "detection", "shapes")
    run_id = judged(database, ann, other, [("red circle", 0.4, Verdict.RIGHT)] * 3)
    FeedbackService(database).rate(
        ann, run_id, 3, missed=[MissedObject("Red Circle", Box(1, 1, 9, 9))]
    )


@pytest.mark.usefixtures("verdicts")
def test_phrases_equal_the_table_worked_out_by_hand(quality: QualityService, root: Actor) -> None:
    first, second, third = quality.phrases(root, ALL, 0.95)
    assert (first.model, first.phrase, first.judged) == ("rule", "red circle", 33)
    assert first.right + first.loose == 24
    assert first.precision == pytest.approx(24 / 33)
    assert first.interval is not None
    assert first.interval.low < 24 / 33 < first.interval.high
    assert (first.advised, first.own) == (0.7, False)
    assert (second.phrase, second.judged, second.advised) == ("blue star", 5, None)
    assert (third.model, third.judged, third.missed) == ("shapes", 3, 1)
    assert third.current == 0.35
    assert quality.phrases(root, ALL, 0.96)[0].advised == 0.9
    assert quality.phrases(root, ALL, 0.72)[0].advised == 0.5


@pytest.mark.usefixtures("verdicts")
@pytest.mark.parametrize(
    ("wanted", "cut", "boxes", "right"), [(0.95, 0.7, 21, 20), (0.96, 0.9, 12, 12)]
)
def test_advice_equals_the_table_worked_out_by_hand(
    quality: QualityService, root: Actor, wanted: float, cut: float, boxes: int, right: int
) -> None:
    advice = quality.advice(root, ALL, "rule", "Red Circle", wanted)
    assert (advice.verdicts, advice.right, advice.ratings, advice.missed) == (33, 24, 33, 0)
    assert advice.demo == 0
    assert advice.advised is not None
    assert (advice.advised.cut, advice.advised.boxes, advice.advised.right) == (cut, boxes, right)
    assert advice.advised.kept == pytest.approx(boxes / 33)
    assert advice.recall_at_most == pytest.approx(right / 24)
    assert [point.cut for point in advice.curve] == [0.5, 0.7, 0.9]
    assert advice.current_precision == pytest.approx(24 / 33)
    assert advice.advised == quality.advice(root, ALL, "rule", "red circle", wanted).advised


@pytest.mark.usefixtures("verdicts")
def test_too_few_verdicts_advise_nothing(
    quality: QualityService, root: Actor, database: Database
) -> None:
    few = quality.advice(root, ALL, "rule", "blue star")
    assert (few.verdicts, few.enough, few.advised) == (5, False, None)
    none = quality.advice(root, ALL, "rule", "nothing")
    assert (none.verdicts, none.curve, none.current_precision) == (0, (), None)
    with pytest.raises(Invalid, match="5 verdicts"):
        quality.set_default(root, ALL, "rule", "blue star")
    with pytest.raises(Invalid, match="precision"):
        quality.advice(root, ALL, "rule", "red circle", 0)
    assert quality.defaults(root) == ()


@pytest.mark.usefixtures("verdicts")
def test_the_one_filter_chooses_the_ratings(quality: QualityService, root: Actor) -> None:
    only = quality.advice(root, FeedbackFilter(rating_min=4), "rule", "red circle", 0.7)
    assert only.verdicts == 9 + 12
    of_phrase = quality.advice(root, FeedbackFilter(phrase="blue star"), "rule", "red circle", 0.7)
    assert of_phrase.verdicts == 33
    assert [each.model for each in quality.phrases(root, FeedbackFilter(model="shapes"))] == [
        "shapes"
    ]


@pytest.mark.usefixtures("verdicts")
def test_a_cut_is_set_undone_and_set_again(
    quality: QualityService, cuts: PhraseCuts, root: Actor
) -> None:
    with pytest.raises(Conflict):
        quality.set_default(root, ALL, "rule", "red circle", 0.95, seen=0.9)
    assert quality.set_default(root, ALL, "rule", "Red circle", 0.95, seen=0.7) is None
    (kept,) = quality.defaults(root)
    assert (kept.model, kept.phrase, kept.threshold) == ("rule", "red circle", 0.7)
    assert (kept.precision, kept.verdicts, kept.set_by) == (0.95, 33, "root")
    assert cuts.of("rule", ("RED circle", "blue star")) == {"RED circle": 0.7}
    assert quality.phrases(root, ALL)[0].own
    before = quality.set_default(root, ALL, "rule", "red circle", 0.96)
    assert before == kept
    assert quality.restore(root, "rule", "red circle", before) is not None
    assert quality.defaults(root) == (kept,)
    assert quality.restore(root, "rule", "red circle", None) == kept
    assert quality.defaults(root) == ()
    assert cuts.of("rule", ("red circle",)) == {}


@pytest.fixture
def detection(
    database: Database, detectors: ModelRegistry, settings: Settings, cuts: PhraseCuts
) -> DetectionService:
    return DetectionService(database, detectors, settings, cuts)


@pytest.mark.usefixtures("verdicts")
def test_detections_from_then_on_show_the_phrase_from_its_cut(
    quality: QualityService,
    detection: DetectionService,
    database: Database,
    root: Actor,
    ann: Actor,
) -> None:
    prompt = "Red circle. blue square"
    before = detection.detect(ann, PICTURE, prompt, model="rule")
    assert before.phrase_thresholds == {}
    quality.set_default(root, ALL, "rule", "red circle", 0.95)
    after = detection.detect(ann, PICTURE, prompt, model="rule")
    assert after.cached
    assert after.raw == before.raw
    assert after.phrase_thresholds == {"Red circle": 0.7}
    assert after.detections == tuple(
        each
        for each in after.raw
        if each.score >= (0.7 if each.label == "Red circle" else after.least_score)
    )
    assert detection.get(ann, after.id) == after
    assert detection.get(ann, before.id).phrase_thresholds == {}
    with database.unit_of_work() as session:
        row = session.get_one(Run, after.id)
    assert row.params["phrase_thresholds"] == {"Red circle": 0.7}
    assert row.boxes == len(after.detections)
    stated = detection.detect(ann, PICTURE, prompt, DetectionParams(box_threshold=0.35), "rule")
    assert stated.phrase_thresholds == {}
    alone = detection.detect_each(ann, after.id)
    assert [each.box_threshold for each in alone] == [0.7, after.box_threshold]


def test_a_low_cut_is_not_undone_by_the_text_threshold(
    quality: QualityService,
    detection: DetectionService,
    database: Database,
    root: Actor,
    ann: Actor,
) -> None:
    model_id = rows.model(database, "detection", "rule", "other")
    judged(database, ann, model_id, [("red circle", 0.1, Verdict.RIGHT)] * 30)
    quality.set_default(root, ALL, "rule", "red circle")
    run = detection.detect(ann, PICTURE, "red circle", model="rule")
    assert run.phrase_thresholds == {"red circle": 0.1}
    assert run.text_threshold == 0.1
    assert run.own_cuts == {"red circle": 0.1}


def test_the_database_counts_the_boxes_that_are_shown(
    database: Database, ann: Actor, rule_id: UUID
) -> None:
    boxes = (("Red circle", 0.8), ("Red circle", 0.4), ("star", 0.4), ("star", 0.3))
    shown = {}
    for name, own in (
        ("none", {}),
        ("high", {"Red circle": 0.5}),
        ("low", {"star": 0.1}),
        ("other case", {"red circle": 0.5}),
    ):
        params = {"phrase_thresholds": own} if own else {}
        run_id = found(database, ann, rule_id, boxes, **params)
        FeedbackService(database).rate(ann, run_id, 4)
        with database.unit_of_work() as session:
            run = session.get_one(Run, run_id)
            rated = session.query(Feedback).filter_by(run_id=run_id).one()
            answer = session.scalar(
                text("select run_text(task, output, params) from runs where id = :id"),
                {"id": run_id},
            )
        shown[name] = (run.boxes, rated.top_score, answer)
    assert shown["none"] == (3, 0.8, "Red circle 0.80; Red circle 0.40; star 0.40")
    assert shown["high"] == (2, 0.8, "Red circle 0.80; star 0.40")
    assert shown["low"] == (4, 0.8, "Red circle 0.80; Red circle 0.40; star 0.40; star 0.30")
    assert shown["other case"] == shown["none"]


@pytest.mark.usefixtures("verdicts")
def test_only_reviewers_ask_for_advice_and_set_cuts(quality: QualityService, ann: Actor) -> None:
    for call in (
        lambda: quality.phrases(ann, ALL),
        lambda: quality.advice(ann, ALL, "rule", "red circle"),
        lambda: quality.set_default(ann, ALL, "rule", "red circle"),
        lambda: quality.restore(ann, "rule", "red circle", None),
        lambda: quality.defaults(ann),
    ):
        with pytest.raises(NotAllowed):
            call()
