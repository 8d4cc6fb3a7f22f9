"""Bodies over the limit are refused before they are read, or as soon as they pass it."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.config import Settings
from core.errors import TooLarge

_BASE64_GROWTH = 1.4
_ROOM_FOR_FIELDS = 64 * 1024


_JOBS = ("/api/v1/jobs", "multipart/form-data")
"""Where files go to the disk while they arrive, so that many may come."""
_ROOM_FOR_PART = 1024


def body_limit(settings: Settings) -> int:
    """Bytes a body may have: the largest picture in base64, and its fields."""
    return int(settings.max_image_bytes * _BASE64_GROWTH) + _ROOM_FOR_FIELDS


def job_limit(settings: Settings) -> int:
    """The same for a form with all pictures of a job."""
    return settings.max_job_bytes + settings.max_job_items * _ROOM_FOR_PART + _ROOM_FOR_FIELDS


class BodyLimit:
    """Counts what arrives; `settings` is asked for once, at the first body."""

    def __init__(self, app: ASGIApp, settings: Callable[[], Settings]) -> None:
        self._app = app
        self._settings = settings
        self._limits: tuple[int, int] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        if self._limits is None:
            settings = await run_in_threadpool(self._settings)
            self._limits = body_limit(settings), job_limit(settings)
        headers = Headers(scope=scope)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        limit = self._limits[(scope["path"], kind) == _JOBS]
        declared = headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > limit:
            raise TooLarge(_told(limit), facts={"limit": limit})
        await self._app(scope, _counting(receive, limit), send)


def _counting(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, _told(limit))  # the one type that body parsers let through
        return message

    return counted


def _told(limit: int) -> str:
    return f"The request is larger than {limit:,} bytes; send a smaller picture, or less at once."
