"""The browser's session cookie, set where scripts cannot read it, and whether it is still good."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.deps import Bench, require_same_host
from api.schemas import TicketIn
from core.accounts.types import cookie_name
from core.errors import NotSignedIn
from core.permissions import Role

_IDENTITY = "_streamlit_user"
"""What Streamlit names the cookies of `st.login`: good for one sign-in, so of no use afterwards."""

router = APIRouter(include_in_schema=False)


@router.post("/auth/cookie", status_code=204)
def change_cookie(request: Request, bench: Bench, asked: TicketIn) -> Response:
    """Redeem a one-time ticket: the cookie is set, or dropped; an identity provider's goes.

    Another sign-in that the browser held until now ends.
    """
    public_url = bench.settings.public_url
    require_same_host(request.headers, public_url)
    name = cookie_name(public_url)
    change = bench.accounts.redeem_ticket(asked.ticket, held=request.cookies.get(name))
    response = Response(status_code=204)
    secure = request.url.scheme == "https" or (public_url or "").startswith("https:")
    kept: dict[str, Any] = {"path": "/", "secure": secure, "httponly": True}
    if change.token is None:
        response.delete_cookie(name, samesite="strict", **kept)
    else:
        response.set_cookie(name, change.token, max_age=change.max_age_s, samesite="strict", **kept)
    for other in request.cookies:
        if other.startswith(_IDENTITY):
            response.delete_cookie(other, samesite="lax", **kept)
    return response


@router.get("/auth/session", status_code=204)
def look(bench: Bench, id: UUID | None = None, role: Role | None = None) -> Response:
    """Whether a sign-in is still good, and still of this role; for the page that shows it.

    It asks by the id and not by the cookie, since a tab may have a sign-in of its own. `X-Notice`
    is the id of the notice that everybody is told, signed in or not.
    """
    if id is not None:
        actor = bench.accounts.actor_for_session(id, used=False)
        if actor is None or actor.role is not role:
            raise NotSignedIn("This sign-in has ended, or its role is another one now.")
    notice = bench.notices.current()
    return Response(status_code=204, headers={"X-Notice": str(notice.id) if notice else ""})
