"""Headers on every answer of the process: what a browser may load, run, show and tell."""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

from core.config import Settings

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
    ),
}
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_NOT_MODIFIED = 304
_HSTS = f"max-age={365 * 86_400}"


class SecurityHeaders:
    """Plain ASGI, outside everything else, so that no answer goes without.

    An answer that brings a Content-Security-Policy of its own keeps it. No answer grants another
    site anything (CORS).
    """

    def __init__(self, app: ASGIApp, settings: Callable[[], Settings]) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), message["status"])
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _add(self, headers: MutableHeaders, status: int) -> None:
        for name in [name for name in headers if name.startswith("access-control-")]:
            del headers[name]
        headers.update(_ALWAYS)
        if (self._settings().public_url or "").startswith("https:"):
            headers["Strict-Transport-Security"] = _HSTS
        if status == _NOT_MODIFIED:
            return  # the browser keeps the policy that it has with the page
        is_page = headers.get("content-type", "").startswith("text/html")
        headers.setdefault("Content-Security-Policy", page_policy() if is_page else _NOTHING)


@cache
def page_policy() -> str:
    """What Streamlit's pages need, and nothing from any other host.

    Components are modules made from text (`blob:`), styles are written by scripts, and charts run
    without `eval`: Streamlit hands Vega its interpreter.
    """
    index = Path(file_util.get_static_dir(), "index.html").read_text("utf-8")
    policy: Mapping[str, str] = {
        "default-src": "'none'",
        "script-src": " ".join(("'self'", "blob:", *_hashes(index))),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())


def _hashes(html: str) -> list[str]:
    """The sources that let exactly the inline scripts of `html` run."""
    return [
        f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
        for script in _INLINE_SCRIPT.findall(html)
    ]
