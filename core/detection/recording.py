"""Writing a detection down: the picture, the model and the run in one unit of work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from time import perf_counter
from typing import Any
from uuid import UUID

from core.clock import now
from core.config import Settings
from core.detection.images import PictureFile
from core.detection.records import as_output, as_run
from core.detection.reuse import request_hash, reworded
from core.detection.types import DetectionRun, ImageInfo
from core.ids import new_id
from core.inference.types import DetectorAnswer, ModelInfo
from core.limits.taking import granted, take, use_of
from core.permissions import Actor
from core.runs.types import RunStatus, Task
from core.trace import current_trace_id
from db.repositories.detections import DetectionRepository
from db.repositories.runs import ImageRepository, ModelRepository, Run
from db.session import Database

_SENT_UNASKED = 2**18
"""Bytes of a file up to which sending it is cheaper than asking whether it is kept already."""


@dataclass(frozen=True)
class CheckedRequest:
    """A request as the model gets it. `began` is of the process's own clock, in seconds."""

    id: UUID
    actor: Actor
    prompt: str
    phrases: tuple[str, ...]
    caption: str | None
    file: PictureFile
    model: ModelInfo
    thresholds: Mapping[str, float]
    phrase_thresholds: Mapping[str, float]
    began: float
    created_at: datetime

    @cached_property
    def hash(self) -> bytes | None:
        """Equal for requests whose boxes are equal; None where that is not known."""
        return request_hash(self.file.sha256, self.model, self.phrases, self.caption)


def record(
    database: Database,
    request: CheckedRequest,
    answer: DetectorAnswer | None,
    timings: Mapping[str, float],
    error_code: str | None = None,
) -> DetectionRun:
    """Commit the run with its picture; without an answer it is kept as failed."""
    model, image = request.model, request.file.decoded.info
    run: dict[str, Any] = {
        **_columns(request, timings={**timings, **(answer.timings_ms if answer else {})}),
        "request_hash": request.hash,
        "status": RunStatus.FAILED if answer is None else RunStatus.DONE,
        "output": as_output(request.phrases, answer.detections if answer else ()),
        "error_code": error_code,
    }
    _add(database, request, run)
    return as_run(Run(**run, cached=False), model.id, model.revision, image)


def _add(database: Database, request: CheckedRequest, run: Mapping[str, Any]) -> None:
    model, file = request.model, request.file
    image, sha256 = file.decoded.info, bytes.fromhex(file.sha256)
    row = {**run, "image_sha256": sha256}
    picture: dict[str, Any] | None = {
        "mime": image.mime,
        "width": image.width,
        "height": image.height,
        "content": file.content,
    }
    with database.unit_of_work() as session:
        if len(file.content) > _SENT_UNASKED and ImageRepository(session).has_image(sha256):
            picture = None
        detections = DetectionRepository(session)
        if not detections.add_answered(row, model.id, model.revision, picture):
            ModelRepository(session).model_id_for(
                new_id(), Task.DETECTION, model.id, model.revision, model.source
            )
            detections.add_answered(row, model.id, model.revision, picture)


def record_equal(
    database: Database, request: CheckedRequest, settings: Settings, requests: int
) -> DetectionRun | None:
    """Commit a run with the boxes of the newest equal one, whosever it is; None without one.

    Nothing else of that run is taken: labels are worded, and boxes thresholded, as asked now.
    `requests` are counted for the actor either way; raises as `core.limits.taking.take`.
    """
    if request.hash is None:
        with database.unit_of_work() as session:
            take(session, request.actor, Task.DETECTION, requests=requests)
        return None
    columns = _columns(request, timings={})
    wanted = use_of(request.actor, Task.DETECTION, requests=requests)
    with database.unit_of_work() as session:
        detections = DetectionRepository(session)
        taken, found = detections.add_equal(
            columns, request.hash, settings.max_image_pixels, wanted
        )
        granted(session, wanted, taken)
        if found is None:
            return None
        output = reworded(found.output, request.phrases)
        if output is not found.output:
            detections.reword(request.id, output)
    image = ImageInfo(request.file.sha256, found.mime, found.width, found.height)
    run = Run(**columns, output=output, status=RunStatus.DONE, cached=True)
    return as_run(run, request.model.id, request.model.revision, image)


def _columns(request: CheckedRequest, *, timings: Mapping[str, float]) -> dict[str, Any]:
    """What a run's row says of who asked, for what, and how long it took."""
    actor, total = request.actor, round((perf_counter() - request.began) * 1000, 2)
    params: dict[str, Any] = dict(request.thresholds)
    if request.caption is not None:
        params["caption"] = True
    if request.phrase_thresholds:
        params["phrase_thresholds"] = dict(request.phrase_thresholds)
    return {
        "id": request.id,
        "user_id": actor.user_id,
        "session_id": actor.session_id,
        "key_id": actor.key_id,
        "face": actor.face,
        "trace_id": current_trace_id(),
        "prompt": request.prompt,
        "params": params,
        "timings_ms": {**timings, "total": total},
        "latency_ms": round(total),
        "created_at": request.created_at,
        "finished_at": now(),
    }
