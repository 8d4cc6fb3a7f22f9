"""Detections as files for other programs: JSON, CSV and COCO. Boxes are those found.

A box's `index` is its place among all boxes of its run, as verdicts name it.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.detection.records import as_output
from core.detection.types import Box, Detection, DetectionRun, ImageInfo
from db.repositories.exports import FORMULA_STARTS

CSV_COLUMNS = (
    *("run_id", "created_at", "model", "revision", "prompt", "caption", "image_sha256"),
    *("image_width", "image_height", "index", "label", "score", "xmin", "ymin", "xmax", "ymax"),
)
_EXTENSIONS = {"image/jpeg": "jpg", "image/tiff": "tif"}
_SCORE_DIGITS, _PIXEL_DIGITS = 6, 2


def as_json(runs: Iterable[DetectionRun]) -> bytes:
    """Everything that is known of the runs, as `{"runs": [...]}` in UTF-8."""
    return _json_bytes({"runs": [as_told(run) for run in runs]})


def as_csv(runs: Iterable[DetectionRun]) -> bytes:
    """A line for each box, in UTF-8 under a header; a run that found nothing has none.

    Text that a spreadsheet would compute has a quote in front.
    """
    text = io.StringIO()
    lines = csv.writer(text)  # ends lines as RFC 4180 says, and so quotes both line ends
    lines.writerow(CSV_COLUMNS)
    for run in runs:
        lines.writerows(csv_rows(run))
    return text.getvalue().encode()


def csv_rows(run: DetectionRun) -> Iterator[tuple[object, ...]]:
    """The cells under `CSV_COLUMNS` for each box."""
    of_run = (
        *(run.id, run.created_at.isoformat(), safe_cell(run.model), safe_cell(run.revision)),
        *(safe_cell(run.prompt), str(run.caption).lower(), run.image.sha256),
        *(run.image.width, run.image.height),
    )
    for index, found in _found(run):
        box = (round(side, _PIXEL_DIGITS) for side in _sides(found.box))
        score = round(found.score, _SCORE_DIGITS)
        yield (*of_run, index, safe_cell(found.label), score, *box)


def as_coco(runs: Sequence[DetectionRun], files: Mapping[str, str] | None = None) -> bytes:
    """A data set in COCO's object detection format (https://cocodataset.org/#format-data).

    An image for each picture, however many runs looked at it; each annotation names its run.
    Categories are all labels found and all phrases asked for, in any case one, by alphabet. Ids
    start at 1. `bbox` is x, y, width and height in pixels of the upright picture. `files` are
    the names of pictures, by their SHA-256; others are called by that.
    """
    pictures = {run.image.sha256: run.image for run in runs}
    image_ids = {digest: number for number, digest in enumerate(pictures, start=1)}
    names = _category_names(runs)
    category_ids = {key: number for number, key in enumerate(sorted(names), start=1)}
    annotations = [
        {
            "image_id": image_ids[run.image.sha256],
            "category_id": category_ids[found.label.casefold()],
            **_coco_box(found.box),
            "segmentation": [],
            "iscrowd": 0,
            "score": round(found.score, _SCORE_DIGITS),
            "run_id": str(run.id),
            "index": index,
        }
        for run in runs
        for index, found in _found(run)
    ]
    return _json_bytes(
        {
            "info": {
                "description": "Detections made with Glimpse. Boxes are in pixels of the upright "
                "picture: turn pictures as their EXIF orientation says.",
                "version": "1.0",
            },
            "licenses": [],
            "images": [
                {
                    "id": image_ids[digest],
                    "file_name": (files or {}).get(digest) or _file_name(image),
                    "width": image.width,
                    "height": image.height,
                }
                for digest, image in pictures.items()
            ],
            "categories": [
                {"id": number, "name": names[key], "supercategory": ""}
                for key, number in category_ids.items()
            ],
            "annotations": [
                {"id": number, **annotation}
                for number, annotation in enumerate(annotations, start=1)
            ],
        }
    )


def _found(run: DetectionRun) -> list[tuple[int, Detection]]:
    """The boxes that reach the run's thresholds, each with its place among all."""
    return [(index, d) for index, d in enumerate(run.raw) if run.found(d)]


def as_told(run: DetectionRun) -> dict[str, Any]:
    """All that is known of a run, as JSON holds it."""
    places = [index for index, _ in _found(run)]
    boxes = as_output(run.phrases, run.detections)["detections"]
    return {
        "run_id": str(run.id),
        "created_at": run.created_at.isoformat(),
        "model": run.model,
        "revision": run.revision,
        "prompt": run.prompt,
        "caption": run.caption,
        "phrases": list(run.phrases),
        "box_threshold": run.box_threshold,
        "text_threshold": run.text_threshold,
        "phrase_thresholds": dict(run.phrase_thresholds),
        "cached": run.cached,
        "image": dict(vars(run.image)),
        "detections": [{"index": index, **box} for index, box in zip(places, boxes, strict=True)],
        "timings_ms": dict(run.timings_ms),
    }


def _category_names(runs: Iterable[DetectionRun]) -> dict[str, str]:
    """Each name as it was first written, by its form without case."""
    names: dict[str, str] = {}
    for run in runs:
        for name in (*run.phrases, *(found.label for found in run.detections)):
            names.setdefault(name.casefold(), name)
    return names


def _coco_box(box: Box) -> dict[str, object]:
    x, y = round(box.xmin, _PIXEL_DIGITS), round(box.ymin, _PIXEL_DIGITS)
    width = round(box.xmax - box.xmin, _PIXEL_DIGITS)
    height = round(box.ymax - box.ymin, _PIXEL_DIGITS)
    return {"bbox": [x, y, width, height], "area": round(width * height, _PIXEL_DIGITS)}


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.xmin, box.ymin, box.xmax, box.ymax


def _file_name(image: ImageInfo) -> str:
    return f"{image.sha256}.{_extension(image.mime)}"


def _extension(mime: str) -> str:
    return _EXTENSIONS.get(mime, mime.rpartition("/")[2])


def safe_cell(text: str) -> str:
    """The text, with a quote in front where a spreadsheet would compute it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _json_bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
