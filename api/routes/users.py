"""Who may use the product, and as what; for administrators."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from api.deps import SECURED, Bench, Caller
from api.errors import UnsupportedMediaType
from api.history_answers import RunsOut
from api.openapi.refusals import also
from api.user_answers import (
    ImportOut,
    NewUserOut,
    PersonDetailOut,
    SessionsOut,
    TemporaryPasswordOut,
    UserOut,
    UsersOut,
)
from api.user_schemas import UserChangeIn, UserIn, UsersIn
from core.accounts import passwords
from core.errors import NotFound

router = APIRouter(prefix="/api/v1/users", tags=["users"], dependencies=SECURED)
_CSV = "text/csv"
_CSV_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {_CSV: {"schema": {"type": "string"}}}}
}


async def _csv_body(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _CSV:
        raise UnsupportedMediaType(f"Send the file itself as {_CSV}, and say so.")
    return await request.body()


@router.get("")
def users(bench: Bench, caller: Caller, asked: Annotated[UsersIn, Query()]) -> UsersOut:
    """Users, a page at a time. Ask for the next with the same filters and `cursor` set to `next`.

    Pages stay right while users are added.
    """
    found = bench.accounts.find_users(caller, asked.wanted, asked.order, asked.cursor, asked.limit)
    return UsersOut.of(found)


@router.post("", status_code=201, responses=also(409))
def add(bench: Bench, caller: Caller, asked: UserIn) -> NewUserOut:
    """Add a user. A temporary password must be changed at the first sign-in."""
    password = passwords.generated() if asked.password is None else asked.password
    temporary = asked.password is None or asked.must_change_password
    user = bench.accounts.add_user(
        caller, asked.username, asked.role, password, temporary=temporary
    )
    return NewUserOut.of_new(user, password if asked.password is None else None)


@router.post("/import", openapi_extra=_CSV_BODY, responses=also(409))
def import_users(
    bench: Bench,
    caller: Caller,
    content: Annotated[bytes, Depends(_csv_body)],
    check: Annotated[bool, Query(description="only say what is wrong with the file")] = False,
) -> ImportOut:
    """Add everybody in a CSV file of `username,role`, or nobody where a line cannot be used.

    Up to 1,000 lines; ten take about a second, as passwords are slow to hash.
    """
    if check:
        return ImportOut.of_checked(bench.accounts.check_list(caller, content))
    return ImportOut.of_new(bench.accounts.add_list(caller, content))


@router.get("/{user_id:uuid}")
def user(bench: Bench, caller: Caller, user_id: UUID) -> PersonDetailOut:
    """One user, and how they stand."""
    return PersonDetailOut.of_detail(bench.accounts.person(caller, user_id))


@router.patch("/{user_id:uuid}", responses=also(409))
def change(bench: Bench, caller: Caller, user_id: UUID, asked: UserChangeIn) -> UserOut:
    """Change role or access, from the user's next call or click on. The last admin stays one."""
    changed = bench.accounts.change_user(caller, user_id, role=asked.role, active=asked.active)
    return UserOut.model_validate(changed)


@router.post("/{user_id}/password", responses=also(409))
def reset_password(bench: Bench, caller: Caller, user_id: UUID) -> TemporaryPasswordOut:
    """Sign the user out everywhere, and make a password to be changed at the next sign-in."""
    made = bench.accounts.reset_password(caller, user_id)
    return TemporaryPasswordOut(temporary_password=made)


@router.get("/{user_id}/sessions")
def sessions(bench: Bench, caller: Caller, user_id: UUID) -> SessionsOut:
    """Where the user is signed in."""
    return SessionsOut.of(bench.accounts.sessions_of(caller, user_id))


@router.delete("/{user_id}/sessions", status_code=204)
def end_sessions(bench: Bench, caller: Caller, user_id: UUID) -> None:
    """Sign the user out everywhere. API keys go on working."""
    bench.accounts.end_sessions_of(caller, user_id)


@router.delete("/{user_id}/sessions/{session_id}", status_code=204)
def end_session(bench: Bench, caller: Caller, user_id: UUID, session_id: UUID) -> None:
    """End one sign-in of the user."""
    found = bench.accounts.sessions_of(caller, user_id)
    if session_id not in {each.id for each in found}:
        raise NotFound("This user has no such sign-in now.", facts={"session_id": str(session_id)})
    bench.accounts.end_session(caller, session_id)


@router.get("/{user_id}/runs")
def runs(
    bench: Bench,
    caller: Caller,
    user_id: UUID,
    cursor: Annotated[str | None, Query(description="the `next` of the page before")] = None,
    limit: Annotated[int, Query(description="runs on a page, 1 to 200")] = 50,
) -> RunsOut:
    """The user's runs, newest first. Each can be read at its own address."""
    bench.accounts.person(caller, user_id)
    return RunsOut.of(bench.runs.runs_of(caller, user_id, cursor, limit))
