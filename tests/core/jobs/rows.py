"""Jobs and what came of them, put straight into the tables."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from core.clock import now
from core.ids import new_id
from core.permissions import Actor
from db.models import Image, Job, JobItem, Run
from db.session import Database
from tests.core.review import rows

_PARAMS: dict[str, dict[str, Any]] = {
    "detect": {
        "prompt": "red circle. blue star.",
        "params": {"box_threshold": None, "text_threshold": None, "caption": False},
        "model": "shapes",
    },
    "generate": {
        "params": {"max_new_tokens": 64, "temperature": 0.0, "stop": []},
        "model": "reporter",
    },
}
_TASKS = {"detect": "detection", "generate": "generation"}


def job(
    database: Database,
    owner: Actor,
    found: Sequence[str | None],
    *,
    kind: str = "detect",
    state: str = "done",
    name: str = "holiday",
) -> UUID:
    """A job with an item for each of `found`.

    It is the labels of the boxes that its run found, or what it wrote; "!reason" for an item that
    failed; None for one that waits.
    """
    job_id, began = new_id(), now() - timedelta(seconds=90)
    model_id = rows.model(database, _TASKS[kind], name=f"model of {job_id}")
    picture = _picture(database) if kind == "detect" else None
    answered = [
        None
        if text is None or text.startswith("!")
        else _run(database, owner, model_id, kind, text, picture)
        for text in found
    ]
    ended = state in ("done", "failed", "cancelled")
    with database.unit_of_work() as session:
        session.add(
            Job(
                id=job_id,
                user_id=owner.user_id,
                face="ui",
                kind=kind,
                name=name,
                params=_PARAMS[kind],
                state=state,
                trace_id="trace",
                created_at=began,
                started_at=None if state == "queued" else began,
                ended_at=began + timedelta(seconds=83) if ended else None,
            )
        )
        session.flush()
        for position, text in enumerate(found):
            session.add(_item(job_id, kind, position, text, answered[position]))
    return job_id


def _item(job_id: UUID, kind: str, position: int, text: str | None, run: UUID | None) -> JobItem:
    failed = text is not None and text.startswith("!")
    return JobItem(
        job_id=job_id,
        position=position,
        name=f"picture {position}.png" if kind == "detect" else f"line {position + 2}",
        content=None if run else b"-",
        asked={} if kind == "detect" else {"prompt": f"Prompt {position}"},
        run_id=run or new_id(),
        state="failed" if failed else "waiting" if text is None else "done",
        error=text.removeprefix("!") if text and failed else None,
    )


def _run(
    database: Database, owner: Actor, model_id: UUID, kind: str, text: str, picture: bytes | None
) -> UUID:
    if kind == "generate":
        return rows.run(database, owner, model_id, text=text, completion_tokens=5)
    run_id = rows.run(database, owner, model_id, task="detection", image_sha256=picture)
    box = {"xmin": 0, "ymin": 0, "xmax": 9, "ymax": 9}
    labels = [label for label in text.split(", ") if label]
    with database.unit_of_work() as session:
        session.get_one(Run, run_id).output = {
            "phrases": ["red circle", "blue star"],
            "detections": [{"label": label, "score": 0.9, "box": box} for label in labels],
        }
    return run_id


def _picture(database: Database) -> bytes:
    digest = bytes(range(32))
    with database.unit_of_work() as session:
        if session.get(Image, digest) is None:
            session.add(Image(sha256=digest, mime="image/png", width=9, height=9, content=b"-"))
    return digest


def erase_runs(database: Database) -> None:
    """As the keeping of runs does with those past their time."""
    with database.unit_of_work() as session:
        session.execute(update(Run).values(erased_at=now(), output=None, prompt=""))
