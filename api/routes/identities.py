"""By which identities people may sign in at an identity provider. For administrators."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.answers import Answer
from api.deps import SECURED, Bench, Caller
from api.openapi.refusals import also
from api.schemas import Request, Text
from core.accounts.types import IdentityInfo

router = APIRouter(
    prefix="/api/v1/users/{user_id}/identities", tags=["users"], dependencies=SECURED
)


class IdentityIn(Request):
    issuer: Text = Field(description="`iss` of the provider's ID tokens")
    subject: Text = Field(description="`sub`, who it is there")
    role_from_claim: bool = Field(
        False, description="take the role from the claim at every sign-in; else it stays as it is"
    )


class IdentityOut(Answer):
    issuer: str
    subject: str
    created_at: datetime
    last_used_at: datetime | None = Field(description="by the provider's clock")

    @classmethod
    def of(cls, identity: IdentityInfo) -> Self:
        return cls(
            issuer=identity.issuer,
            subject=identity.subject,
            created_at=identity.created_at,
            last_used_at=identity.last_used_at,
        )


class IdentitiesOut(Answer):
    identities: list[IdentityOut]


@router.get("")
def identities(bench: Bench, caller: Caller, user_id: UUID) -> IdentitiesOut:
    """By which accounts elsewhere the user signs in."""
    found = bench.accounts.identities_of(caller, user_id)
    return IdentitiesOut(identities=[IdentityOut.of(each) for each in found])


@router.post("", responses=also(409))
def link(bench: Bench, caller: Caller, user_id: UUID, asked: IdentityIn) -> IdentityOut:
    """Let whoever the provider calls so sign in as this user; 409 if that is somebody else's."""
    return IdentityOut.of(
        bench.accounts.link_identity(
            caller, user_id, asked.issuer, asked.subject, follow=asked.role_from_claim
        )
    )


@router.delete("", status_code=204, responses=also(409))
def unlink(
    bench: Bench,
    caller: Caller,
    user_id: UUID,
    issuer: Annotated[str, Query()],
    subject: Annotated[str, Query()],
) -> Response:
    """Take that way in away, and end everything this user is signed in by."""
    bench.accounts.unlink_identity(caller, user_id, issuer, subject)
    return Response(status_code=204)
