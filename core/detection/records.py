"""Detections as they are kept in a run's row, and back."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from core.detection.types import Box, Detection, DetectionRun, ImageInfo, PhraseScore
from core.errors import NotFound
from core.runs.types import RunStatus
from db.repositories.runs import Image, Run


def as_output(phrases: Iterable[str], detections: Iterable[Detection]) -> dict[str, Any]:
    return {"phrases": list(phrases), "detections": [_as_json(each) for each in detections]}


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
        caption=bool(run.params.get("caption", False)),
        image=image,
        raw=as_detections(output),
        cached=run.cached,
        status=RunStatus(run.status),
        timings_ms=dict(run.timings_ms or {}),
        created_at=run.created_at,
        phrase_thresholds=dict(run.params.get("phrase_thresholds", {})),
    )


def as_detections(output: Mapping[str, Any] | None) -> tuple[Detection, ...]:
    """Every box that a run's output keeps, in its order."""
    return tuple(map(_detection, (output or {}).get("detections", ())))


def _as_json(detection: Detection) -> dict[str, Any]:
    """What a detection does not have is left out."""
    kept: dict[str, Any] = {
        "label": detection.label,
        "score": detection.score,
        "box": dict(vars(detection.box)),
    }
    if detection.others:
        kept["others"] = [{"label": o.label, "score": o.score} for o in detection.others]
    if detection.piece is not None:
        kept["piece"] = detection.piece
    if detection.span is not None:
        kept["span"] = list(detection.span)
    return kept


def _detection(kept: Mapping[str, Any]) -> Detection:
    span = kept.get("span")
    return Detection(
        label=kept["label"],
        score=float(kept["score"]),
        box=Box(**kept["box"]),
        others=tuple(PhraseScore(o["label"], float(o["score"])) for o in kept.get("others", ())),
        piece=kept.get("piece"),
        span=None if span is None else (span[0], span[1]),
    )


def as_image_info(image: Image | None, run_id: UUID) -> ImageInfo:
    if image is None:
        raise NotFound(
            "The picture of this run is not kept any more.", facts={"run_id": str(run_id)}
        )
    return ImageInfo(image.sha256.hex(), image.mime, image.width, image.height)
