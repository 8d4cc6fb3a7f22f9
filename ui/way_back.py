"""From the sign-in at an identity provider back to the page on which it was asked for.

Streamlit leads everybody to its root, and tells nobody what went wrong on the way.
"""

from collections.abc import Callable, Collection
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.config import Settings

LOGIN, CALLBACK = "/auth/login", "/oauth2callback"
PROBLEM = "sign_in"
"""In the address of the sign-in page: `away` or `failed`."""
_COOKIE = "glimpse_way_back"
_MAX_AGE_S = 600
_LONGEST = 2000
_IDENTITY, _TOKENS = b"_streamlit_user=", b"_streamlit_user_tokens"
_DROPPED = b"Max-Age=0"


class WayBack:
    """Remembers the page in a cookie that lives ten minutes and goes to the callback only."""

    def __init__(self, app: ASGIApp, settings: Callable[[], Settings]) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in (LOGIN, CALLBACK):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        public = urlsplit(self._settings().public_url or "")
        secure = "https" in (request.url.scheme, public.scheme)
        response = await self._answer(scope, receive)
        if scope["path"] == LOGIN:
            page = _page_before(request, (request.url.netloc, public.netloc))
            response = _leaving(page, response, secure=secure)
        else:
            response = _returning(request, response, secure=secure)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        """What Streamlit says, whole: it is a redirection or a short text."""
        answer, body = Response(), b""

        async def keep(message: Message) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                answer.status_code = message["status"]
                answer.raw_headers = list(message["headers"])
            else:
                body += message.get("body", b"")

        await self._app(scope, receive, keep)
        answer.body = body
        return answer


def _leaving(page: str, response: Response, *, secure: bool) -> Response:
    if not response.headers.get("location", "").startswith("http"):
        return _to(page, "away")
    response.set_cookie(_COOKIE, page, _MAX_AGE_S, path=CALLBACK, httponly=True, secure=secure)
    return response


def _returning(request: Request, response: Response, *, secure: bool) -> Response:
    """To the page, with who it is, or with the problem.

    Tokens for other services are not kept, as nothing here uses them.
    """
    cookies = [value for name, value in response.raw_headers if name == b"set-cookie"]
    known = any(each.startswith(_IDENTITY) and _DROPPED not in each for each in cookies)
    answer = _to(_local(request.cookies.get(_COOKIE, "/")), None if known else "failed")
    flag = b"; Secure" if secure else b""
    for each in cookies:
        if not each.startswith(_TOKENS):
            answer.raw_headers.append((b"set-cookie", each + flag))
    answer.delete_cookie(_COOKIE, path=CALLBACK, httponly=True)
    return answer


def _to(page: str, problem: str | None) -> RedirectResponse:
    if problem is not None:
        page += ("&" if "?" in page else "?") + urlencode({PROBLEM: problem})
    return RedirectResponse(page, status_code=302, headers={"Cache-Control": "no-store"})


def _page_before(request: Request, ours: Collection[str]) -> str:
    """Path and query of the page of this site, which has these hosts, that led here."""
    page = urlsplit(request.headers.get("referer", ""))
    if page.netloc not in ours:
        return "/"
    return _local(page._replace(scheme="", netloc="", fragment="").geturl())


def _local(page: str) -> str:
    """The path, if it leads to no other site."""
    away = not page.startswith("/") or page[1:2] in ("/", "\\") or len(page) > _LONGEST
    return "/" if away else page
