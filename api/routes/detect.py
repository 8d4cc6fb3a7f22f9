"""Finding things in pictures."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.bodies import FORM, JSON, MSGPACK, detect_body, negotiated
from api.deps import SECURED, Bench, Caller
from api.openapi.refusals import also
from api.run_answers import DetectOut
from api.schemas import DetectIn
from core.detection.types import DetectionParams

router = APIRouter(prefix="/api/v1", tags=["detection"], dependencies=SECURED)
_BYTES = {
    "type": "string",
    "format": "binary",
    "description": "a picture file: a file part, bytes, or in JSON base64",
}
_ANSWER = {"$ref": "#/components/schemas/DetectOut"}


def _request_schema(image: dict[str, str]) -> dict[str, Any]:
    number = {"type": "number", "minimum": 0, "maximum": 1, "description": "0 to 1"}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["image", "prompt"],
        "properties": {
            "image": image,
            "prompt": {"type": "string", "description": "such as: red circle. blue star"},
            "model": {"type": "string", "description": "an id from /api/v1/models"},
            "box_threshold": number,
            "text_threshold": number,
            "caption": {
                "type": "boolean",
                "description": "the prompt is one sentence whose words are to be found; for "
                "models that ground captions",
            },
        },
    }


_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {"schema": _request_schema(_BYTES)},
            JSON: {"schema": _request_schema({"type": "string", "contentEncoding": "base64"})},
            MSGPACK: {"schema": _request_schema(_BYTES)},
        },
    }
}


@router.post(
    "/detect",
    response_model=DetectOut,
    responses=also(404, 429) | {200: {"content": {MSGPACK: {"schema": _ANSWER}}}},
    openapi_extra=_BODY,
)
def detect(
    request: Request, bench: Bench, caller: Caller, asked: Annotated[DetectIn, Depends(detect_body)]
) -> Response:
    """Find the phrases of `prompt` in a picture, or with `caption` the words of that sentence.

    The picture comes as a file in a form, in base64 in JSON, or as bytes in MessagePack; the answer
    is JSON, or MessagePack where `Accept` says so.
    """
    params = DetectionParams(asked.box_threshold, asked.text_threshold, bool(asked.caption))
    run = bench.detection.detect(caller, asked.image, asked.prompt, params, asked.model)
    return negotiated(DetectOut.of(run), request)
