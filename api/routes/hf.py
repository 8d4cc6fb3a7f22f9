"""Zero-shot detection in the Hugging Face format, for programs that speak it already."""

import base64
import binascii
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BeforeValidator, Field, ValidationError

from api.answers import Answer
from api.bodies import JSON
from api.deps import SECURED, Bench, Caller
from api.errors import UnsupportedMediaType, invalid
from api.openapi.refusals import also
from api.schemas import Request as Body
from api.schemas import Text
from core.detection.types import Box, Detection, DetectionParams, ImageInfo
from core.errors import Invalid, Malformed

router = APIRouter(prefix="/hf", tags=["detection"], dependencies=SECURED)
_HOW = (
    'Send {"inputs": <the picture in base64>, "parameters": {"candidate_labels": ["cat", …]}} '
    f"as {JSON}"
)
_FIELDS = ("inputs", "parameters.candidate_labels", "parameters.threshold")


def _are_labels(given: object) -> object:
    """Checked here, as pydantic tells of each form that a value does not have."""
    if isinstance(given, str):
        return [label for label in given.split(",") if label.strip()]
    if isinstance(given, list) and all(isinstance(label, str) for label in given):
        return given
    raise ValueError("give a list of texts, or one text with commas")


class HfParameters(Body):
    candidate_labels: Annotated[list[Text], BeforeValidator(_are_labels)]
    threshold: float | None = Field(None, ge=0, le=1)


class HfIn(Body):
    inputs: Text
    parameters: HfParameters


class HfBox(Answer):
    xmin: int
    ymin: int
    xmax: int
    ymax: int

    @classmethod
    def around(cls, box: Box, image: ImageInfo) -> "HfBox":
        """To whole pixels; never empty, never outside the picture."""
        xmin, ymin = min(round(box.xmin), image.width - 1), min(round(box.ymin), image.height - 1)
        return cls(
            xmin=xmin,
            ymin=ymin,
            xmax=max(round(box.xmax), xmin + 1),
            ymax=max(round(box.ymax), ymin + 1),
        )


class HfFound(Answer):
    score: float
    label: str
    box: HfBox

    @classmethod
    def of(cls, found: Detection, image: ImageInfo) -> "HfFound":
        return cls(score=found.score, label=found.label, box=HfBox.around(found.box, image))


async def _content(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        what = "A bare picture cannot say what to find" if kind.startswith("image/") else ""
        raise UnsupportedMediaType(f"{what}. {_HOW}." if what else f"{_HOW}.")
    return await request.body()


def _asked(content: Annotated[bytes, Depends(_content)]) -> HfIn:
    """Read apart from the event loop: a picture in base64 takes a while."""
    try:
        return HfIn.model_validate_json(content)
    except ValidationError as error:
        if any(each["type"] == "json_invalid" for each in error.errors(include_input=False)):
            raise Malformed(f"The body is not JSON. {_HOW}.") from error
        raise invalid(error, _FIELDS) from error


def _schema() -> dict[str, Any]:
    label = {"type": "string"}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["inputs", "parameters"],
        "properties": {
            "inputs": {"type": "string", "description": "a picture file in base64, or a data: URL"},
            "parameters": {
                "type": "object",
                "description": "candidate_labels: a list, or one text with commas; threshold: 0 to "
                "1, or the model's own",
                "additionalProperties": False,
                "required": ["candidate_labels"],
                "properties": {
                    "candidate_labels": {"anyOf": [{"type": "array", "items": label}, label]},
                    "threshold": {"type": "number", "minimum": 0, "maximum": 1},
                },
            },
        },
    }


@router.post(
    "/{model}",
    openapi_extra={"requestBody": {"required": True, "content": {JSON: {"schema": _schema()}}}},
    responses=also(429),
)
def detect(
    model: str, bench: Bench, caller: Caller, asked: Annotated[HfIn, Depends(_asked)]
) -> list[HfFound]:
    """Find each label in a picture, in the Hugging Face format for zero-shot object detection.

    Another Glimpse asks this way too: name this address as `source` of a detector in its
    `models.toml`. Boxes are in whole pixels of the upright picture, best first.
    """
    params = DetectionParams(box_threshold=asked.parameters.threshold)
    run = bench.detection.detect(
        caller, _picture(asked.inputs), asked.parameters.candidate_labels, params, model
    )
    return [HfFound.of(each, run.image) for each in run.detections]


def _picture(inputs: str) -> bytes:
    encoded = inputs
    if inputs[:5].lower() == "data:":
        head, comma, encoded = inputs.partition(",")
        if not comma or not head.lower().endswith(";base64"):
            raise Invalid("“inputs” is a data: URL without base64; send the picture in base64.")
    elif inputs[:8].lower().startswith(("http://", "https://")):
        raise Invalid("“inputs” is an address, and none is fetched; send the picture in base64.")
    try:
        return base64.b64decode(encoded.translate({10: None, 13: None}), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("“inputs” is not base64; encode the picture file's bytes.") from error
