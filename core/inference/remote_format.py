"""Hugging Face's format for zero-shot detection: a picture out, boxes back."""

import base64
from io import BytesIO

from PIL.Image import Image
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from core.detection.types import FLOOR, Box, Detection

MOST_BOXES = 1000
"""The best so many are kept; no engine known has more than 900 places for boxes."""

_SMALL_PIXELS = 512 * 512
_JPEG_SIDE = 65_500


class _Box(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)

    xmin: float
    ymin: float
    xmax: float
    ymax: float


class _Found(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)

    label: str
    score: float = Field(ge=0, le=1.001)  # half precision may round a little above 1
    box: _Box


_ANSWER = TypeAdapter(list[_Found])


def as_base64(picture: Image) -> str:
    """Small pictures without loss, as every pixel counts in them; larger ones as fine JPEG."""
    buffer = BytesIO()
    if picture.width * picture.height <= _SMALL_PIXELS or max(picture.size) > _JPEG_SIDE:
        picture.save(buffer, "PNG", compress_level=3)
    else:
        picture.save(buffer, "JPEG", quality=95, subsampling=0)
    return base64.b64encode(buffer.getvalue()).decode()


def as_detections(
    content: bytes, phrases: tuple[str, ...], size: tuple[int, int]
) -> tuple[Detection, ...]:
    """The boxes of an answer, best first, inside the picture and scored at `FLOOR` or better.

    Labels become the phrases as they were asked; boxes with other labels are dropped.

    Raises
    ------
    ValueError : the answer is not in the format; the text says where.
    """
    try:
        answer = _ANSWER.validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{place}: {first['msg']}" if place else first["msg"]) from error
    asked = {_plain(phrase): phrase for phrase in phrases}
    found = [
        Detection(asked[_plain(each.label)], min(round(each.score, 6), 1.0), box)
        for each in answer
        if each.score >= FLOOR
        and _plain(each.label) in asked
        and (box := _inside(each.box, size)) is not None
    ]
    return tuple(sorted(found, key=lambda each: -each.score)[:MOST_BOXES])


def _plain(label: str) -> str:
    return " ".join(label.split()).rstrip(".").casefold()


def _inside(box: _Box, size: tuple[int, int]) -> Box | None:
    width, height = size
    clamped = Box(
        round(min(max(box.xmin, 0.0), width), 2),
        round(min(max(box.ymin, 0.0), height), 2),
        round(min(max(box.xmax, 0.0), width), 2),
        round(min(max(box.ymax, 0.0), height), 2),
    )
    return clamped if clamped.xmax > clamped.xmin and clamped.ymax > clamped.ymin else None
