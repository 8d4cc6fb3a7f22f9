"""How much may be used, and how much is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from core.permissions import Role
from core.runs.types import Task


class Span(StrEnum):
    """What a limit counts over."""

    MINUTE = "minute"
    DAY = "day"
    STREAMS = "streams"
    """At the same time."""


@dataclass(frozen=True)
class Quota:
    """How much of one task may be used; None sets no limit.

    `per_minute` counts requests; `per_day` the pictures a model looks at, or the tokens it writes;
    `streams` texts that are written at the same time. Minutes and days are those of UTC.
    """

    per_minute: int | None = None
    per_day: int | None = None
    streams: int | None = None

    def of(self, span: Span) -> int | None:
        return {
            Span.MINUTE: self.per_minute,
            Span.DAY: self.per_day,
            Span.STREAMS: self.streams,
        }[span]


NO_LIMIT = Quota()
DEFAULTS: Mapping[tuple[Role, Task], Quota] = MappingProxyType(
    {
        (Role.GUEST, Task.DETECTION): Quota(10, 100),
        (Role.GUEST, Task.GENERATION): Quota(10, 20_000, 1),
        (Role.ANALYST, Task.DETECTION): Quota(600, 50_000),
        (Role.ANALYST, Task.GENERATION): Quota(300, 5_000_000, 16),
        (Role.ADMIN, Task.DETECTION): NO_LIMIT,
        (Role.ADMIN, Task.GENERATION): NO_LIMIT,
    }
)
"""What holds for a role until an administrator sets something else."""


class Source(StrEnum):
    """Whose limit it is that holds for a person. The first that is there holds as a whole."""

    OWN = "own"
    ROLE = "role"
    DEFAULT = "default"


@dataclass(frozen=True)
class RoleLimit:
    role: Role
    task: Task
    quota: Quota
    source: Source


@dataclass(frozen=True)
class KeyUse:
    """What went through one API key today; it is part of its owner's use."""

    key_id: UUID
    label: str
    amount: int


@dataclass(frozen=True)
class TaskUse:
    """What one person may use of one task, and what they used of it by the time `at`.

    `requests` are those of this minute, `amount` is of today, and tokens of texts that are still
    being written are in it as many as they may become.
    """

    task: Task
    quota: Quota
    source: Source
    requests: int
    amount: int
    streams: int
    at: datetime
    keys: tuple[KeyUse, ...] = ()

    @property
    def minute_ends(self) -> datetime:
        return end_of(Span.MINUTE, self.at)

    @property
    def day_ends(self) -> datetime:
        return end_of(Span.DAY, self.at)

    @property
    def left_today(self) -> float | None:
        """The share of the day's amount that is left, 0 to 1; None without a limit."""
        most = self.quota.per_day
        if most is None:
            return None
        return max(0.0, (most - self.amount) / most) if most else 0.0


@dataclass(frozen=True)
class PersonLimits:
    user_id: UUID
    username: str
    role: Role
    tasks: tuple[TaskUse, ...]


def end_of(span: Span, at: datetime) -> datetime:
    """When the minute or the day (UTC) ends that `at` is in."""
    if span is Span.MINUTE:
        return at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
