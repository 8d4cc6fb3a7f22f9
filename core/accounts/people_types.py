"""People as an administrator looks at them, and what is changed about them."""

from dataclasses import dataclass
from enum import StrEnum

from core.accounts.types import UserInfo, UserState
from core.permissions import Role


class PeopleOrder(StrEnum):
    NAME = "name"
    SEEN = "seen"
    """Who was here last comes first; who never was, last."""
    NEWEST = "newest"


@dataclass(frozen=True)
class PeopleFilter:
    """Without a `state`, erased people are left out."""

    text: str = ""
    """Any part of the name, in any case."""
    role: Role | None = None
    state: UserState | None = None


@dataclass(frozen=True)
class Person:
    """`identity`: whether they can sign in at an identity provider. `runs`: of the last 30 days."""

    user: UserInfo
    identity: bool
    runs: int


@dataclass(frozen=True)
class PeoplePage:
    people: tuple[Person, ...]
    total: int
    """That the filter lets through, on all pages."""
    next: str | None
    """The cursor of the page after this."""


@dataclass(frozen=True)
class PersonDetail:
    """A person, and what they did over the last 30 days."""

    user: UserInfo
    identity: bool
    runs: int
    ratings: int
    tokens: int
    """Read and written by models."""


@dataclass(frozen=True)
class ChangedUser:
    """Somebody as they are after a change, and what they were before it."""

    user: UserInfo
    role_before: Role
    active_before: bool


@dataclass(frozen=True)
class Newcomer:
    username: str
    role: Role


@dataclass(frozen=True)
class Problem:
    """Why a line of a file, counted from 1, cannot be used."""

    line: int
    username: str
    reason: str


@dataclass(frozen=True)
class CheckedList:
    """A file of newcomers as it was read; they are added only where there is no problem."""

    newcomers: tuple[tuple[int, Newcomer], ...]
    """Each with its line."""
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class NewUser:
    """Somebody just added, with the temporary password, which is told only here."""

    user: UserInfo
    password: str
