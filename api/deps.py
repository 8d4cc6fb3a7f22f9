"""What routes ask for: the workbench, and who is calling."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import HTTPConnection

from api.record import record_of
from core.accounts.types import COOKIE_NAME, cookie_name
from core.errors import NotAllowed, NotSignedIn
from core.permissions import Actor
from core.workbench import Workbench

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_bearer = HTTPBearer(auto_error=False, scheme_name="api_key")
_cookie = APIKeyCookie(name=COOKIE_NAME, auto_error=False, scheme_name="browser_session")


def bench_of(request: HTTPConnection) -> Workbench:
    bench: Workbench = request.app.state.workbench()
    return bench


def actor_of(request: HTTPConnection, bench: "Bench") -> Actor:
    """The owner of the API key or, without one, of the browser's session.

    A header that is there decides alone: with a bad key, a good cookie does not help.

    Raises
    ------
    NotSignedIn : neither, or not valid any more.
    NotAllowed : a cookie from another site's page, or of someone who must change the password.
    """
    actor = newcomer_of(request, bench)
    if actor.must_change_password:
        raise NotAllowed("Your password was set by someone else; change it first.")
    return actor


def newcomer_of(request: HTTPConnection, bench: "Bench") -> Actor:
    """The same, also while the password must be changed: for the one call that changes it."""
    header = request.headers.get("authorization")
    if header is not None:
        actor = _by_key(bench, header, address_of(request))
    else:
        actor = _by_cookie(bench, request)
    record_of(request.scope).actor = actor
    return actor


Bench = Annotated[Workbench, Depends(bench_of)]
Caller = Annotated[Actor, Depends(actor_of)]
Newcomer = Annotated[Actor, Depends(newcomer_of)]
SECURED = (Security(_bearer), Security(_cookie))
"""For the API page only: the checks are `actor_of`'s."""


def address_of(request: HTTPConnection) -> str | None:
    """The network address the request came from."""
    return request.client.host if request.client else None


def bearer_secret(header: str | None) -> str | None:
    """What stands after `Bearer`; None for any other scheme."""
    scheme, _, secret = (header or "").partition(" ")
    return secret.strip() or None if scheme.lower() == "bearer" else None


def require_same_host(headers: Mapping[str, str], public_url: str | None) -> None:
    """Refuse what was not sent by a page of this very site; browsers always say so here."""
    origin = _netloc(headers.get("origin", ""))
    if not origin or origin not in (headers.get("host", "").lower(), _netloc(public_url or "")):
        raise NotAllowed("This call must come from this site's own pages; open the site itself.")


def _netloc(address: str) -> str:
    return address.partition("://")[2].partition("/")[0].lower()


def _by_key(bench: Workbench, header: str, address: str | None) -> Actor:
    secret = bearer_secret(header)
    actor = bench.accounts.actor_for_key(secret, address) if secret else None
    if actor is None:
        raise NotSignedIn(
            "The API key is not valid; send “Authorization: Bearer <key>” with a key that is "
            "not revoked."
        )
    return actor


def _by_cookie(bench: Workbench, request: HTTPConnection) -> Actor:
    token = request.cookies.get(cookie_name(bench.settings.public_url))
    if token is None:
        raise NotSignedIn("No API key was sent; send “Authorization: Bearer <key>”.")
    actor = bench.accounts.actor_for_token(token, address_of(request))
    if actor is None:
        raise NotSignedIn("Your session has ended; sign in again.")
    if request.scope.get("method") not in _READING:  # a socket has none, and may do more than read
        require_same_host(request.headers, bench.settings.public_url)
    return actor
