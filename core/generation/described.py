"""Reports on the boxes of a detection: which runs are such, and whether what they say is so."""

from collections.abc import Sequence
from dataclasses import replace

import structlog

from core.detection.records import as_detections
from core.detection.types import Detection
from core.errors import Unavailable
from core.generation.claims import Claim, check
from core.generation.record import as_described
from core.generation.types import Described, FinishReason, GenerationRun, Output
from core.runs.types import Relation
from db.repositories.runs import RunRepository
from db.session import Database

log = structlog.get_logger()


def with_boxes(database: Database, run: GenerationRun) -> GenerationRun:
    """The run, told which boxes it is about: its own, or those of the report it comes from.

    The latter only while the prompt is the same: an edited one may be about anything.
    """
    origin = run.origin
    if origin is None:
        return run
    if origin.relation is Relation.DESCRIBED:
        return replace(run, described=Described(origin.run_id, origin.boxes))
    with database.unit_of_work() as session:
        found = as_described(RunRepository(session).described_by(origin.run_id, run.prompt))
    boxes = found.boxes if found else ()
    return replace(run, described=found, origin=replace(origin, boxes=boxes))


def checked(database: Database, run: GenerationRun) -> GenerationRun:
    """A run that has ended, with the claims of its texts, where the boxes it is about are kept.

    A check that fails is logged and leaves the run as it was: no text is lost for it. Raises
    `Unavailable` alone, while the database is away.
    """
    if run.described is None:
        return run
    try:
        found = _described(database, run.described)
        if found is None:
            return run
        outputs = tuple(
            replace(output, claims=_claims(run.whole_text(number), output, found))
            for number, output in enumerate(run.outputs)
        )
    except Unavailable:
        raise
    except Exception:
        log.exception("claims_not_checked", run_id=str(run.id))
        return run
    return replace(run, outputs=outputs)


def _described(database: Database, described: Described) -> tuple[Detection, ...] | None:
    """None where the detection is erased."""
    with database.unit_of_work() as session:
        found = RunRepository(session).get_run(described.detection_id)
        kept = found is not None and found[0].erased_at is None
        raw = as_detections(found[0].output) if found is not None and kept else None
    return None if raw is None else tuple(raw[place] for place in described.boxes)


def _claims(text: str, output: Output, found: Sequence[Detection]) -> tuple[Claim, ...]:
    """Those of an output's whole text. Where it was cut off, its last word may yet go on."""
    whole = output.finish_reason is FinishReason.STOP
    return tuple(c for c in check(text, found) if whole or c.span[1] < len(text))
