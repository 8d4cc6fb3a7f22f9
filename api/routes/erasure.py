"""Erasing everything of one person; for administrators."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.answers import Answer
from api.deps import SECURED, Bench, Caller
from api.openapi.refusals import also
from api.schemas import Request, Text

router = APIRouter(prefix="/api/v1/users", tags=["users"], dependencies=SECURED)


class ErasureIn(Request):
    username: Text = Field(description="of the user to be erased, so that nobody is by a slip")


class ErasureOut(Answer):
    user_id: UUID
    username: str
    erase_at: datetime | None = Field(description="until then it can be taken back")
    erased_at: datetime | None


@router.get("/{user_id}/erasure")
def erasure(bench: Bench, caller: Caller, user_id: UUID) -> ErasureOut:
    """Whether somebody is to be erased, or is."""
    return ErasureOut.model_validate(bench.erasure.of(caller, user_id))


@router.post("/{user_id}/erasure", status_code=202, responses=also(409))
def erase(bench: Bench, caller: Caller, user_id: UUID, asked: ErasureIn) -> ErasureOut:
    """Disable a user at once, and erase what is theirs a day later; what is counted stays."""
    return ErasureOut.model_validate(bench.erasure.erase_user(caller, user_id, asked.username))


@router.delete("/{user_id}/erasure", responses=also(409))
def keep(bench: Bench, caller: Caller, user_id: UUID) -> ErasureOut:
    """Take it back. The user stays disabled until they are enabled again."""
    return ErasureOut.model_validate(bench.erasure.undo_erasure(caller, user_id))
