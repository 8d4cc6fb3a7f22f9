"""With which statuses a call may refuse, each with the one error shape."""

from collections.abc import Mapping
from typing import Any

Node = dict[str, Any]
_SHAPE = {"$ref": "#/components/schemas/ErrorOut"}
_ID = {"$ref": "#/components/headers/X-Request-ID"}
_WAIT: Node = {
    "description": "Seconds after which the same call may succeed.",
    "schema": {"type": "string", "pattern": "^[0-9]+$"},
    "example": "5",
}
_SAID: Mapping[int, tuple[str, str, str, str]] = {
    400: ("Malformed", "It cannot be read.", "malformed", "The body is not JSON: …"),
    401: (
        "NotSignedIn",
        "No key or session was sent, or one that is not valid any more.",
        "not_signed_in",
        "No API key was sent; send “Authorization: Bearer <key>”.",
    ),
    403: (
        "NotAllowed",
        "The role, or the scope of the key, does not allow it.",
        "not_allowed",
        "Your role, analyst, may not do this: users.",
    ),
    404: (
        "NotFound",
        "Unknown, or somebody else's.",
        "not_found",
        "There is no such run, or it is not yours.",
    ),
    409: (
        "Conflict",
        "The thing has changed meanwhile, or is there already.",
        "conflict",
        "You have rated this run again since; that rating stands.",
    ),
    410: (
        "Removed",
        "It was there, and what it held was removed for good.",
        "removed",
        "The content of this run was removed on 2026-11-30.",
    ),
    413: (
        "TooLarge",
        "The body is over the limit.",
        "too_large",
        "The request is larger than 29,425,664 bytes; send a smaller picture, or less at once.",
    ),
    415: (
        "UnsupportedMediaType",
        "The body is not of a type that is read here, or the picture is none.",
        "unsupported_media_type",
        "The body is not sent as application/json; send JSON.",
    ),
    422: (
        "Invalid",
        "A value is not allowed, or a field is unknown; the message names it.",
        "invalid",
        "unknown field “temprature”.",
    ),
    429: (
        "LimitReached",
        "A limit or a full queue.",
        "limit_reached",
        "You may make 60 requests a minute; try again in 12 seconds.",
    ),
    503: (
        "Unavailable",
        "The database or the model is away.",
        "unavailable",
        "The database does not answer; try again in a moment.",
    ),
}


def also(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Statuses, for `responses` of a route, that neither its path nor its body tells of."""
    return {status: {} for status in statuses}


def responses() -> Node:
    """Every refusal, as components."""
    return {name: _response(status, name) for status, (name, *_) in _SAID.items()}


def refusals(path: str, operation: Node) -> Node:
    """The refusals of an operation, by status, in place of those it lists by itself."""
    statuses = {int(s) for s in operation["responses"] if s.isdecimal() and int(s) >= 400}
    body = "requestBody" in operation
    if operation.get("security"):
        statuses |= {401, 403, 503}
    if body:
        statuses |= {400, 413, 415}
    if body or operation.get("parameters"):
        statuses |= {422}
    if "{" in path:
        statuses |= {404}
    return {
        str(status): {"$ref": f"#/components/responses/{_SAID[status][0]}"}
        for status in sorted(statuses)
    }


def _response(status: int, name: str) -> Node:
    _, about, code, message = _SAID[status]
    headers: Node = {"X-Request-ID": _ID}
    if status in (429, 503):
        headers["Retry-After"] = _WAIT
    if status == 401:
        headers["WWW-Authenticate"] = {"schema": {"const": "Bearer"}}
    told = {"code": code, "message": message, "request_id": "01a22aad84cf713ab3ba0f765790df6d"}
    content = {"application/json": {"schema": _SHAPE, "example": {"error": told}}}
    return {"description": about, "headers": headers, "content": content}
