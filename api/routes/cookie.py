"""The browser's session cookie, set where scripts cannot read it."""

from fastapi import APIRouter, Request, Response

from api.deps import COOKIE, Bench, require_same_host
from api.schemas import TicketIn

_IDENTITY = "_streamlit_user"
"""What Streamlit names the cookies of `st.login`: good for one sign-in, so of no use afterwards."""

router = APIRouter(include_in_schema=False)


@router.post("/auth/cookie", status_code=204)
def change_cookie(request: Request, bench: Bench, asked: TicketIn) -> Response:
    """Redeem a one-time ticket: the cookie is set, or dropped; an identity provider's goes."""
    public_url = bench.settings.public_url
    require_same_host(request.headers, public_url)
    change = bench.accounts.redeem_ticket(asked.ticket)
    response = Response(status_code=204)
    secure = request.url.scheme == "https" or (public_url or "").startswith("https:")
    if change.token is None:
        response.delete_cookie(COOKIE, path="/", secure=secure, httponly=True, samesite="lax")
    else:
        response.set_cookie(
            COOKIE,
            change.token,
            max_age=change.max_age_s,
            path="/",
            secure=secure,
            httponly=True,
            samesite="lax",
        )
    for name in request.cookies:
        if name.startswith(_IDENTITY):
            response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")
    return response
