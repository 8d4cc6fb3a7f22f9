"""API keys, as they are asked for and answered."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from api.answers import Answer
from api.schemas import Request, Text
from core.accounts.keys import MAX_DAYS
from core.accounts.types import KeyInfo, NewKey
from core.permissions import Scope

_USUAL_DAYS = 90


class KeyIn(Request):
    label: Text = Field(description="what the key is for")
    scopes: list[Annotated[Scope, Field(strict=False)]] | None = Field(
        None, description="left out: whatever your role allows"
    )
    days: int | None = Field(
        _USUAL_DAYS, description=f"how long it lasts, 1 to {MAX_DAYS}; null: for ever"
    )


class KeyOut(Answer):
    id: UUID
    user: str
    label: str
    prefix: str = Field(description="how the key begins")
    scopes: list[Scope] | None = Field(description="null: whatever the owner's role allows")
    created_at: datetime
    expires_at: datetime | None
    expired: bool
    last_used_at: datetime | None = Field(description="to the minute")
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: KeyInfo) -> Self:
        return cls(**_columns(key))


class KeysOut(Answer):
    keys: list[KeyOut] = Field(description="newest first")


class NewKeyOut(KeyOut):
    key: str = Field(description="the key itself; it is answered only here")

    @classmethod
    def of_new(cls, made: NewKey) -> Self:
        return cls(**_columns(made.info), key=made.secret)


def _columns(key: KeyInfo) -> dict[str, object]:
    return {
        **{name: value for name, value in vars(key).items() if name != "username"},
        "user": key.username,
        "scopes": None if key.scopes is None else sorted(key.scopes),
        "expired": key.expired,
    }
