"""A detection's body in its three forms, and its answer in two."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import msgpack
from fastapi import Depends, Request, Response
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from api.errors import UnsupportedMediaType, invalid
from api.schemas import DetectIn
from core.errors import Invalid, Malformed

FORM = "multipart/form-data"
JSON = "application/json"
MSGPACK = "application/msgpack"
_MSGPACK_NAMES = frozenset({MSGPACK, "application/x-msgpack", "application/vnd.msgpack"})
_FIELDS = tuple(DetectIn.model_fields)
_MAY_BE_EMPTY = frozenset({"model", "box_threshold", "text_threshold", "caption"})
_MOST_FIELDS = 20


@dataclass(frozen=True)
class RawBody:
    kind: str
    content: bytes
    form: Mapping[str, Any]


async def raw_body(request: Request) -> RawBody:
    """The body as it came; what a form holds is read, nothing is judged."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == FORM:
        try:
            async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
                return RawBody(FORM, b"", await _fields(form))
        except UnicodeError as error:
            raise Malformed("The form is not in the charset that it names; send UTF-8.") from error
    if kind == JSON or kind in _MSGPACK_NAMES:
        return RawBody(JSON if kind == JSON else MSGPACK, await request.body(), {})
    raise UnsupportedMediaType(f"Send the body as {FORM}, {JSON} or {MSGPACK}, and say so.")


def detect_body(raw: Annotated[RawBody, Depends(raw_body)]) -> DetectIn:
    """Decoded apart from the event loop: a picture in base64 takes a while."""
    try:
        if raw.kind == FORM:
            return DetectIn.model_validate(raw.form, strict=False)
        fields = _json(raw.content) if raw.kind == JSON else _msgpack(raw.content)
        return DetectIn.model_validate(fields)
    except ValidationError as error:
        raise invalid(error, _FIELDS) from error


def negotiated(answer: BaseModel, request: Request) -> Response:
    """`answer` as JSON, or as MessagePack for those who ask for it first."""
    if _preferred(request.headers.get("accept", "")) in _MSGPACK_NAMES:
        packed: bytes = msgpack.packb(answer.model_dump(mode="json"))
        return Response(packed, media_type=MSGPACK)
    return Response(answer.model_dump_json(), media_type=JSON)


def _preferred(accept: str) -> str:
    """The first media type of the highest quality in an Accept header (RFC 9110)."""
    best, best_quality = "", 0.0
    for entry in accept.lower().split(","):
        name, *parameters = [part.strip() for part in entry.split(";")]
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            weight = 0.0
        if weight > best_quality:
            best, best_quality = name, weight
    return best


async def _fields(form: FormData) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in form.multi_items():
        if name in fields:
            raise Invalid(f"“{name[:60]}” is given twice; give it once.")
        if isinstance(value, UploadFile):
            fields[name] = await value.read()
        elif name == "image":
            raise Invalid("“image” is text; send the picture as a file part.")
        else:
            fields[name] = None if value == "" and name in _MAY_BE_EMPTY else value
    return fields


def _json(content: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is not JSON; check it with a JSON tool.") from error
    fields = _object(fields)
    image = fields.get("image")
    if image is not None:
        fields["image"] = from_base64(image)
    return fields


def _msgpack(content: bytes) -> dict[str, Any]:
    try:
        fields = msgpack.unpackb(content)
    except (ValueError, msgpack.UnpackException, RecursionError) as error:
        raise Malformed("The body is not MessagePack; check how it was packed.") from error
    fields = _object(fields)
    if isinstance(fields.get("image"), str):
        raise Invalid("“image” is text; pack the picture as bytes (bin).")
    return fields


def _object(fields: object) -> dict[str, Any]:
    if not isinstance(fields, dict) or not all(isinstance(name, str) for name in fields):
        raise Malformed(f"The body is not an object with the fields {', '.join(_FIELDS)}.")
    return fields


def from_base64(image: object) -> bytes:
    """A picture's file; `Invalid` where it is not base64."""
    try:
        text = str(image).translate({10: None, 13: None}) if isinstance(image, str) else None
        if text is not None:
            return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("“image” is not base64; encode the picture file's bytes.") from error
    raise Invalid("“image” is not text; send the picture in base64.")
