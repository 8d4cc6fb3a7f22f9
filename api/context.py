"""What surrounds every request: its id, its log line, and the last word on uncaught errors.

Plain ASGI, because Starlette's function middleware runs the route in another task and holds
streamed answers back.
"""

import re
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import answer_to, unexpected
from api.record import RequestRecord, open_record, route_of
from core.errors import GlimpseError
from core.metrics import http_answers_total
from core.trace import current_trace_id, trace

log = structlog.get_logger()

_SANE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_CLIENT_LEFT = 499
_SWITCHED = 101
_HEADS = frozenset({"http.response.start", "websocket.http.response.start", "websocket.accept"})
"""What begins an answer, and has its headers."""
_ASKED_ALL_DAY = frozenset({"/healthz", "/readyz", "/metrics", "/auth/session"})


class RequestContext:
    """Binds the request id as trace id, and answers what nothing inside could."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("x-request-id", "")
        with trace(asked if _SANE_ID.fullmatch(asked) else None) as request_id:
            await self._serve(scope, receive, send, request_id)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        record = open_record(scope)
        began = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            if message["type"] in _HEADS:
                record.status = message.get("status", _SWITCHED)
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            record.status = _CLIENT_LEFT
        except GlimpseError as error:
            record.error_code = error.code
            await self._answer(record, answer_to(error), scope, receive, send_with_id)
        except Exception:
            log.exception("unexpected_error")
            record.error_code = "internal"
            await self._answer(record, unexpected(), scope, receive, send_with_id)
        finally:
            _write_line(record, scope, time.perf_counter() - began)

    @staticmethod
    async def _answer(
        record: RequestRecord, response: ASGIApp, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Say what went wrong; where an answer has begun, break it off, never end it in peace."""
        if record.status:
            record.status = 500
            return
        await response(scope, receive, send)


def _write_line(record: RequestRecord, scope: Scope, seconds: float) -> None:
    route = route_of(scope)
    http_answers_total.labels(route, record.status).inc(exemplar={"trace_id": current_trace_id()})
    write = log.debug if route in _ASKED_ALL_DAY else log.info
    write(
        "request",
        method=scope.get("method", "WS"),
        route=route,
        status=record.status,
        code=record.error_code,
        ms=round(seconds * 1000, 1),
        user_id=record.actor.user_id if record.actor else None,
    )
