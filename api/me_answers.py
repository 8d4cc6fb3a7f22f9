"""Who is calling, as it is answered."""

from typing import Self
from uuid import UUID

from pydantic import Field

from api.answers import Answer
from core.permissions import Actor, Permission, Role, Scope


class MeOut(Answer):
    id: UUID
    username: str
    role: Role
    permissions: list[Permission] = Field(description="of the role, within the key's scopes")
    session_id: UUID | None = Field(description="where a browser's session calls")
    key_id: UUID | None = Field(description="where an API key calls")
    scopes: list[Scope] | None = Field(description="of the key; null: whatever the role allows")

    @classmethod
    def of(cls, actor: Actor) -> Self:
        return cls(
            id=actor.user_id,
            username=actor.username,
            role=actor.role,
            permissions=[each for each in Permission if actor.may(each)],
            session_id=actor.session_id,
            key_id=actor.key_id,
            scopes=None if actor.scopes is None else sorted(actor.scopes),
        )
