"""Detections with judged boxes, put straight into the tables."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from core.feedback.service import FeedbackService
from core.feedback.types import BoxVerdict, Verdict
from core.ids import new_id
from core.permissions import Actor
from db.models import Run
from db.session import Database
from tests.core.feedback.detections import picture

BOX = {"xmin": 1.0, "ymin": 2.0, "xmax": 30.0, "ymax": 40.0}


def found(
    database: Database,
    owner: Actor,
    model_id: UUID,
    boxes: Iterable[tuple[str, float]],
    **params: Any,
) -> UUID:
    """A detection with these labels and scores."""
    detections = [{"label": label, "score": score, "box": BOX} for label, score in boxes]
    phrases = list(dict.fromkeys(each["label"] for each in detections))
    row = Run(
        id=new_id(),
        user_id=owner.user_id,
        face="ui",
        trace_id="trace",
        task="detection",
        model_id=model_id,
        prompt=". ".join(map(str, phrases)),
        params={"box_threshold": 0.35, "text_threshold": 0.25} | params,
        image_sha256=picture(database),
        status="done",
        output={"phrases": phrases, "detections": detections},
    )
    with database.unit_of_work() as session:
        session.add(row)
    return row.id


def judged(
    database: Database,
    who: Actor,
    model_id: UUID,
    boxes: Iterable[tuple[str, float, Verdict]],
    rating: int = 3,
) -> UUID:
    """A rated detection of `who`, each box with their verdict."""
    given = list(boxes)
    run_id = found(database, who, model_id, [(label, score) for label, score, _ in given])
    verdicts = [BoxVerdict(place, verdict) for place, (_, _, verdict) in enumerate(given)]
    FeedbackService(database).rate(who, run_id, rating, boxes=verdicts)
    return run_id
