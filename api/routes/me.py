"""Who is calling, and where else they are signed in."""

from uuid import UUID

from fastapi import APIRouter

from api.deps import SECURED, Bench, Caller
from api.me_answers import MeOut
from api.user_answers import SessionsOut

router = APIRouter(prefix="/api/v1/me", tags=["me"], dependencies=SECURED)


@router.get("")
def me(caller: Caller) -> MeOut:
    """Who the key, or the browser's session, speaks for, and what they may do."""
    return MeOut.of(caller)


@router.get("/sessions")
def sessions(bench: Bench, caller: Caller) -> SessionsOut:
    """Your own sign-ins that are good now, the one used last first. Not for keys with scopes."""
    return SessionsOut.of(bench.accounts.sessions(caller))


@router.delete("/sessions", status_code=204)
def sign_out_everywhere(bench: Bench, caller: Caller) -> None:
    """End all your sign-ins, this one too. API keys go on working. Not for keys with scopes."""
    bench.accounts.sign_out_everywhere(caller)


@router.delete("/sessions/{session_id}", status_code=204)
def end_session(bench: Bench, caller: Caller, session_id: UUID) -> None:
    """End one sign-in of your own; twice does no harm. Not for keys with scopes."""
    bench.accounts.end_session(caller, session_id, own_only=True)
