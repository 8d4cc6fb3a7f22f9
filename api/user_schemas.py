"""What may be sent about users."""

from typing import Annotated

from pydantic import Field

from api.schemas import Query, Request, Text
from core.accounts.people_types import PeopleFilter, PeopleOrder
from core.accounts.types import UserState
from core.permissions import Role

RoleIn = Annotated[Role, Field(strict=False)]


class UsersIn(Query):
    text: Text = Field("", description="part of the name, in any case")
    role: Role | None = None
    state: UserState | None = Field(None, description="left out: all but the erased")
    order: PeopleOrder = PeopleOrder.NAME
    cursor: str | None = Field(None, description="the `next` of the page before")
    limit: int = Field(50, description="users on a page, 1 to 200")

    @property
    def wanted(self) -> PeopleFilter:
        return PeopleFilter(self.text, self.role, self.state)


class UserIn(Request):
    username: Text
    role: RoleIn
    password: Text | None = Field(
        None, description="left out: a temporary one is made, and answered this once"
    )
    must_change_password: bool = Field(
        True, description="whether a `password` given here must be changed at the first sign-in"
    )


class UserChangeIn(Request):
    """What is left out stays as it is."""

    role: RoleIn | None = None
    active: bool | None = Field(
        None, description="false: signed out everywhere at once, and API keys rest"
    )
