"""Detections to judge and reports on them, put straight into the tables."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from core.ids import new_id
from core.permissions import Actor
from db.models import Image, Run
from db.session import Database
from tests.core.review import rows

WIDTH, HEIGHT = 160, 120


def picture(database: Database) -> bytes:
    digest = bytes(range(32))
    with database.unit_of_work() as session:
        session.merge(
            Image(sha256=digest, mime="image/png", width=WIDTH, height=HEIGHT, content=b"-")
        )
    return digest


def detection(
    database: Database, owner: Actor, model_id: UUID, *labels: str, status: str = "done"
) -> UUID:
    """A detection on a picture of `WIDTH` x `HEIGHT`, with a box for each label."""
    box = {"xmin": 1.0, "ymin": 2.0, "xmax": 30.0, "ymax": 40.0}
    output: dict[str, Any] = {
        "phrases": sorted(set(labels)),
        "detections": [{"label": label, "score": 0.9, "box": box} for label in labels],
    }
    row = Run(
        id=new_id(),
        user_id=owner.user_id,
        face="ui",
        trace_id="trace",
        task="detection",
        model_id=model_id,
        prompt=". ".join(labels),
        params={"box_threshold": 0.35, "text_threshold": 0.25},
        image_sha256=picture(database),
        status=status,
        output=output if status == "done" else None,
    )
    with database.unit_of_work() as session:
        session.add(row)
    return row.id


def reported(
    database: Database,
    owner: Actor,
    detection_id: UUID,
    boxes: Sequence[int],
    claims: Sequence[dict[str, Any]] = (),
    text: str = "Three cats.",
) -> UUID:
    """A report on boxes of a detection, which need not be there, with what it claims of them."""
    run_id = rows.run(database, owner, rows.model(database, "generation", "reporter"), text=text)
    with database.unit_of_work() as session:
        row = session.get_one(Run, run_id)
        described = {"detection": str(detection_id), "boxes": list(boxes)}
        row.params = {**row.params, "described": described}
        assert row.output is not None
        (output,) = row.output["outputs"]
        row.output = {**row.output, "outputs": [{**output, "claims": list(claims)}]}
    return run_id
