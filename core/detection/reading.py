"""Recorded detections, for those who may see them."""

from uuid import UUID

from core.detection.records import as_image_info, as_run
from core.detection.types import DetectionRun
from core.permissions import Actor
from core.runs.access import readable_run, usable_run
from core.runs.types import Task
from db.repositories.runs import ImageRepository, Model, Run, RunRepository


def read_detection(
    runs: RunRepository, images: ImageRepository, actor: Actor, run_id: UUID
) -> DetectionRun:
    """A detection that the actor may look at and judge; `NotFound` otherwise."""
    return _read(images, *readable_run(runs, actor, run_id, Task.DETECTION))


def usable_detection(
    runs: RunRepository, images: ImageRepository, actor: Actor, run_id: UUID
) -> DetectionRun:
    """A detection that the actor may make other runs of; `NotFound` otherwise."""
    return _read(images, *usable_run(runs, actor, run_id, Task.DETECTION))


def _read(images: ImageRepository, run: Run, model: Model) -> DetectionRun:
    image = images.get_image(run.image_sha256 or b"")
    return as_run(run, model.name, model.revision, as_image_info(image, run.id))
