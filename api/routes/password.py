"""One's own password."""

from fastapi import APIRouter, Response

from api.deps import SECURED, Bench, Newcomer
from api.openapi.refusals import also
from api.schemas import PasswordIn

router = APIRouter(prefix="/api/v1/me", tags=["me"], dependencies=SECURED)


@router.post("/password", status_code=204, responses=also(429))
def change_password(bench: Bench, caller: Newcomer, asked: PasswordIn) -> Response:
    """Choose another password. All your other sessions end; this one goes on.

    Only with the browser's session: an API key is refused. A wrong `current` counts like a wrong
    password at sign-in.
    """
    bench.accounts.change_password(caller, asked.current, asked.new)
    return Response(status_code=204)
