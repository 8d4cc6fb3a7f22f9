"""What guards Streamlit's own routes, which know neither our sessions nor our keys."""

import re
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from api.context import RequestContext
from api.deps import actor_of, require_same_host
from api.routes.health import may_read_metrics
from api.routes.socket import PATH as OWN_SOCKET
from core.errors import NotAllowed
from core.workbench import Workbench

_REFUSED = 1008
_FILES = re.compile("/_stcore/upload_file/|(?<!/static)/media/")
"""Of people; fonts lie in `/static/media/`."""
_METRICS = "/_stcore/metrics"


class StreamlitGate:
    """Files are for who is signed in, figures for those of `/metrics`, sockets for our pages.

    The API's own socket asks by itself who opens it: programs send a key, and no Origin.
    Streamlit itself takes a socket from any page of this machine's, whatever its port, and asks
    another host for the machine's address to know them.
    """

    def __init__(self, app: ASGIApp, workbench: Callable[[], Workbench]) -> None:
        self._app = app
        self._workbench = workbench
        self._guarded = RequestContext(self._checked)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and scope["path"] != OWN_SOCKET:
            await self._from_our_pages(scope, receive, send)
        elif scope["type"] == "http" and _is_guarded(scope["path"]):
            await self._guarded(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _from_our_pages(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            require_same_host(HTTPConnection(scope).headers, self._workbench().settings.public_url)
        except NotAllowed:
            await WebSocketClose(_REFUSED)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _checked(self, scope: Scope, receive: Receive, send: Send) -> None:
        await run_in_threadpool(self._check, Request(scope))
        await self._app(scope, receive, send)

    def _check(self, request: Request) -> None:
        bench = self._workbench()
        if request.url.path.endswith(_METRICS):
            may_read_metrics(request, bench)
        else:
            actor_of(request, bench)


def _is_guarded(path: str) -> bool:
    return path.endswith(_METRICS) or _FILES.search(path) is not None
