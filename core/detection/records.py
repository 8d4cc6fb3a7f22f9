"""Detections as they are kept in a run's row, and back."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from core.detection.types import Box, Detection, DetectionRun, ImageInfo
from core.errors import NotFound
from core.runs.types import RunStatus
from db.repositories.runs import Image, Run


def as_output(phrases: Iterable[str], detections: Iterable[Detection]) -> dict[str, Any]:
    return {
        "phrases": list(phrases),
        "detections": [
            {
                "label": d.label,
                "score": d.score,
                "box": {
                    "xmin": d.box.xmin,
                    "ymin": d.box.ymin,
                    "xmax": d.box.xmax,
                    "ymax": d.box.ymax,
                },
            }
            for d in detections
        ],
    }


def as_run(run: Run, model: str, revision: str, image: ImageInfo) -> DetectionRun:
    output = run.output or {}
    return DetectionRun(
        id=run.id,
        user_id=run.user_id,
        model=model,
        revision=revision,
        prompt=run.prompt,
        phrases=tuple(output.get("phrases", ())),
        box_threshold=float(run.params["box_threshold"]),
        text_threshold=float(run.params["text_threshold"]),
        image=image,
        raw=tuple(
            Detection(d["label"], float(d["score"]), Box(**d["box"]))
            for d in output.get("detections", ())
        ),
        cached=False,
        status=RunStatus(run.status),
        timings_ms=dict(run.timings_ms or {}),
        created_at=run.created_at,
    )


def as_image_info(image: Image | None, run_id: UUID) -> ImageInfo:
    if image is None:
        raise NotFound(
            "The picture of this run is not kept any more.", facts={"run_id": str(run_id)}
        )
    return ImageInfo(image.sha256.hex(), image.mime, image.width, image.height)
