"""Writing a detection down: the picture, the model and the run in one unit of work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from uuid import UUID

from core.clock import now
from core.detection.images import DecodedImage
from core.detection.records import as_output, as_run
from core.detection.types import DetectionRun
from core.ids import new_id
from core.inference.types import DetectorAnswer, ModelInfo
from core.permissions import Actor
from core.runs.types import RunStatus, Task
from core.trace import current_trace_id
from db.repositories.runs import ImageRepository, ModelRepository, RunRepository
from db.session import Database


@dataclass(frozen=True)
class CheckedRequest:
    """A request as the model gets it. `began` is of the process's own clock, in seconds."""

    id: UUID
    actor: Actor
    prompt: str
    phrases: tuple[str, ...]
    image: DecodedImage
    model: ModelInfo
    thresholds: Mapping[str, float]
    began: float
    decode_ms: float
    created_at: datetime


def record(
    database: Database,
    request: CheckedRequest,
    answer: DetectorAnswer | None,
    error_code: str | None = None,
) -> DetectionRun:
    """Commit the run with its picture; without an answer it is kept as failed."""
    timings = {"decode": request.decode_ms, **(answer.timings_ms if answer else {})}
    timings["total"] = round((perf_counter() - request.began) * 1000, 2)
    actor, model, image = request.actor, request.model, request.image.info
    digest = bytes.fromhex(image.sha256)
    with database.unit_of_work() as session:
        ImageRepository(session).add_image(
            sha256=digest,
            mime=image.mime,
            width=image.width,
            height=image.height,
            content=request.image.content,
        )
        run = RunRepository(session).add_run(
            id=request.id,
            user_id=actor.user_id,
            session_id=actor.session_id,
            key_id=actor.key_id,
            face=actor.face,
            trace_id=current_trace_id(),
            task=Task.DETECTION,
            model_id=ModelRepository(session).model_id_for(
                new_id(), Task.DETECTION, model.id, model.revision, model.source
            ),
            prompt=request.prompt,
            params=dict(request.thresholds),
            image_sha256=digest,
            status=RunStatus.FAILED if answer is None else RunStatus.DONE,
            output=as_output(request.phrases, answer.detections if answer else ()),
            error_code=error_code,
            timings_ms=timings,
            latency_ms=round(timings["total"]),
            created_at=request.created_at,
            finished_at=now(),
        )
    return as_run(run, model.id, model.revision, image)
