"""The last word on requests that no page and no call answers: a sentence and a reference."""

import re

import structlog
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from api.errors import answer_to, of_http, unexpected
from core.errors import Malformed, NotAllowed
from core.trace import trace

log = structlog.get_logger()

_INTERNAL_ERROR = 1011
_NO_PATH = re.compile(r"^/?[/\\]{2}|^/[A-Za-z]:|\x00|(^|[/\\])\.\.([/\\]|$)")
"""Leads out of its folder, or to another host or disk; Streamlit refuses it in bare words."""


class LastWord:
    """Outside everything that may fail: every request has a trace id, its answer tells it.

    The API, inside, takes the id that its caller sends instead.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        sent = ""

        async def send_with_id(message: Message) -> None:
            nonlocal sent
            sent = message["type"]
            if sent == "http.response.start":
                MutableHeaders(scope=message).setdefault("X-Request-ID", reference)
            await send(message)

        with trace() as reference:
            try:
                if scope["type"] == "http" and _NO_PATH.search(scope["path"]):
                    nowhere = Malformed("This path leads nowhere; check the address.")
                    await answer_to(nowhere)(scope, receive, send_with_id)
                else:
                    await self._app(scope, receive, send_with_id)
            except Exception:
                log.exception("unexpected_error")
                if scope["type"] == "http" and not sent:
                    await unexpected()(scope, receive, send_with_id)
                elif scope["type"] == "websocket" and sent != "websocket.close":
                    await WebSocketClose(_INTERNAL_ERROR)(scope, receive, send)


async def refused(request: Request, error: Exception) -> Response:
    """What Streamlit's own routes refuse, said as the API says it."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 400:
        return answer_to(Malformed("The request cannot be read; reload the page."))
    if error.status_code == 403:
        return answer_to(NotAllowed("This was not sent by a page of ours; reload the page."))
    return answer_to(of_http(request.method, error))
