"""Every failure becomes one shape: `{"error": {"code", "message", "request_id"}}`."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.record import record_of
from core import errors
from core.errors import GlimpseError
from core.plugins.types import PluginFailed
from core.trace import current_trace_id


class UnsupportedMediaType(GlimpseError):
    """The body is not in a form that this call reads."""

    code = "unsupported_media_type"


class MethodNotAllowed(GlimpseError):
    """The path is there, but not for this method; `facts["allow"]` says for which."""

    code = "method_not_allowed"


class Internal(GlimpseError):
    """A bug of ours."""

    code = "internal"


STATUS: Mapping[type[GlimpseError], int] = MappingProxyType(
    {
        errors.Malformed: 400,
        errors.NotSignedIn: 401,
        errors.NotAllowed: 403,
        errors.NotFound: 404,
        errors.Removed: 410,
        MethodNotAllowed: 405,
        errors.Conflict: 409,
        errors.TooLarge: 413,
        errors.NotAnImage: 415,
        UnsupportedMediaType: 415,
        errors.Invalid: 422,
        errors.LimitReached: 429,
        errors.Unavailable: 503,
        PluginFailed: 500,
    }
)
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_DEFAULT_WAIT_S = 5
_MOST_PROBLEMS = 5
_LONGEST_NAME = 60


def install(app: FastAPI) -> None:
    for kind in (GlimpseError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _handle)


def error_body(code: str, message: str) -> dict[str, Any]:
    sendable = message.encode("utf-8", "replace").decode("utf-8")
    return {"error": {"code": code, "message": sendable, "request_id": current_trace_id()}}


def status_of(error: GlimpseError) -> int:
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def answer_to(error: GlimpseError) -> JSONResponse:
    """The answer that tells `error`, with `Retry-After` or `WWW-Authenticate` where due."""
    status = status_of(error)
    headers = {}
    if status in (429, 503):
        headers["Retry-After"] = str(error.retry_after or _DEFAULT_WAIT_S)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 409:
        headers["X-Should-Retry"] = "false"  # OpenAI's clients would ask again by themselves
    if status == 405:
        headers["Allow"] = str(error.facts["allow"])
    return JSONResponse(error_body(error.code, error.message), status_code=status, headers=headers)


def bug() -> Internal:
    """What is told of a bug: its trace belongs in the log, its reference to the caller."""
    return Internal("Something went wrong on our side; quote the request id when you report it.")


def unexpected() -> JSONResponse:
    return answer_to(bug())


def problems(found: Sequence[Mapping[str, Any]], allowed: Sequence[str] = ()) -> str:
    """Pydantic's errors as one sentence each, naming the fields and never their values."""
    told = [_problem(error, allowed) for error in found[:_MOST_PROBLEMS]]
    if len(found) > _MOST_PROBLEMS:
        told.append(f"and {len(found) - _MOST_PROBLEMS} more")
    return "; ".join(told) + "."


def invalid(error: ValidationError, allowed: Sequence[str]) -> errors.Invalid:
    return errors.Invalid(problems(error.errors(), allowed), facts={"allowed_fields": allowed})


def _problem(error: Mapping[str, Any], allowed: Sequence[str]) -> str:
    where = [str(part) for part in error["loc"]]
    if len(where) > 1 and where[0] in ("body", "query", "header", "path"):
        del where[0]  # which part of the request, as FastAPI puts it in front
    name = ".".join(where)[:_LONGEST_NAME]
    if error["type"] == "extra_forbidden":
        hint = f" (allowed: {', '.join(allowed)})" if allowed else ""
        return f"unknown field “{name}”{hint}"
    cause = error.get("ctx", {}).get("error")
    told = str(cause) if isinstance(cause, ValueError) else str(error["msg"])
    told = told.rstrip(".")
    if not told[:2].isupper():  # an abbreviation stays
        told = told[:1].lower() + told[1:]
    return f"{name}: {told}" if name else told


async def _handle(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        allowed = _allowed(request) if error.status_code == 405 else ""
        told = of_http(request.method, error, allowed)
    elif isinstance(error, RequestValidationError):
        told = _of_validation(error)
    elif isinstance(error, GlimpseError):
        told = error
    else:
        raise error
    record_of(request.scope).error_code = told.code
    return answer_to(told)


def _of_validation(error: RequestValidationError) -> GlimpseError:
    found = error.errors()
    for each in found:
        if each["type"] == "json_invalid":
            cause = each["ctx"]["error"]
            return errors.Malformed(
                f"The body is not JSON: {cause} at character {each['loc'][-1]}."
            )
    if isinstance(error.body, bytes) and found[0]["loc"] == ("body",):
        return UnsupportedMediaType("The body is not sent as application/json; send JSON.")
    return errors.Invalid(problems(found))


def _allowed(request: Request) -> str:
    """Every method that the path is there for; the framework names those of one route."""
    routes = request.app.routes
    found = (
        method
        for method in _METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes
        )
    )
    return ", ".join(found)


def of_http(method: str, error: HTTPException, allowed: str = "") -> GlimpseError:
    """What the framework refuses by itself, said in our words."""
    if error.status_code == 404:
        return errors.NotFound("There is nothing at this path; /api/docs lists what there is.")
    if error.status_code == 405:
        allowed = allowed or (error.headers or {}).get("Allow", "")
        return MethodNotAllowed(
            f"{method} is not allowed here; allowed: {allowed}.", facts={"allow": allowed}
        )
    if error.status_code == 413:
        return errors.TooLarge(error.detail)
    return errors.Malformed(f"The request cannot be read: {error.detail.rstrip('.')}.")
