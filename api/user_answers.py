"""Users as they are answered."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from api.answers import Answer
from core.accounts.people_types import (
    CheckedList,
    NewUser,
    PeoplePage,
    Person,
    PersonDetail,
)
from core.accounts.types import SessionInfo, SignInMethod, UserInfo, UserState
from core.permissions import Role


class UserOut(Answer):
    id: UUID
    username: str
    role: Role
    active: bool
    state: UserState
    created_at: datetime
    last_seen_at: datetime | None
    has_password: bool


class PersonOut(UserOut):
    identity: bool = Field(description="whether they are known at an identity provider")
    runs: int = Field(description="over the last 30 days")

    @classmethod
    def of(cls, person: Person) -> Self:
        return cls(**_columns(person.user), identity=person.identity, runs=person.runs)


class PersonDetailOut(PersonOut):
    ratings: int = Field(description="over the last 30 days")
    tokens: int = Field(description="read and written by models over the last 30 days")

    @classmethod
    def of_detail(cls, found: PersonDetail) -> Self:
        counts = {name: value for name, value in vars(found).items() if name != "user"}
        return cls(**_columns(found.user), **counts)


class UsersOut(Answer):
    users: list[PersonOut]
    total: int = Field(description="on all pages")
    next: str | None = Field(description="the `cursor` of the page after this; null on the last")

    @classmethod
    def of(cls, page: PeoplePage) -> Self:
        users = [PersonOut.of(each) for each in page.people]
        return cls(users=users, total=page.total, next=page.next)


class NewUserOut(UserOut):
    temporary_password: str | None = Field(
        description="answered only here; null where the password was given"
    )

    @classmethod
    def of_new(cls, user: UserInfo, password: str | None) -> Self:
        return cls(**_columns(user), temporary_password=password)


class TemporaryPasswordOut(Answer):
    temporary_password: str = Field(description="answered only here")


class ProblemOut(Answer):
    line: int
    username: str
    reason: str


class ImportOut(Answer):
    added: list[NewUserOut] = Field(description="empty where the file was only checked")
    problems: list[ProblemOut]

    @classmethod
    def of_new(cls, new: tuple[NewUser, ...]) -> Self:
        added = [NewUserOut.of_new(each.user, each.password) for each in new]
        return cls(added=added, problems=[])

    @classmethod
    def of_checked(cls, checked: CheckedList) -> Self:
        problems = [ProblemOut.model_validate(each) for each in checked.problems]
        return cls(added=[], problems=problems)


class SessionOut(Answer):
    """A sign-in that is good now."""

    id: UUID
    created_at: datetime
    seen_at: datetime = Field(description="its last use, to the minute")
    expires_at: datetime = Field(description="by then it ends, however much it is used")
    address: str | None
    browser: str | None
    method: SignInMethod
    current: bool = Field(description="whether it is the one that asks")

    @classmethod
    def of(cls, session: SessionInfo) -> Self:
        return cls(**{name: value for name, value in vars(session).items() if name != "user_id"})


class SessionsOut(Answer):
    sessions: list[SessionOut] = Field(description="the one used last first")

    @classmethod
    def of(cls, sessions: tuple[SessionInfo, ...]) -> Self:
        return cls(sessions=[SessionOut.of(each) for each in sessions])


def _columns(user: UserInfo) -> dict[str, object]:
    return {name: getattr(user, name) for name in UserOut.model_fields}
