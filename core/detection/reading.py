"""Recorded detections, for those who may see them."""

from uuid import UUID

from core.detection.records import as_image_info, as_run
from core.detection.types import DetectionRun
from core.permissions import Actor
from core.runs.access import readable_run
from core.runs.types import Task
from db.repositories.runs import ImageRepository, RunRepository


def read_detection(
    runs: RunRepository, images: ImageRepository, actor: Actor, run_id: UUID
) -> DetectionRun:
    """The actor's own, or anybody's for a reviewer; `NotFound` otherwise."""
    run, model = readable_run(runs, actor, run_id, Task.DETECTION)
    image = images.get_image(run.image_sha256 or b"")
    return as_run(run, model.name, model.revision, as_image_info(image, run.id))
