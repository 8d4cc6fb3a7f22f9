"""Limits and their use, as they are answered."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from api.answers import Answer
from core.limits.types import PersonLimits, RoleLimit, Source, TaskUse
from core.permissions import Role
from core.runs.types import Task


class ShareOut(Answer):
    limit: int | None = Field(description="null: no limit")
    used: int


class SpanOut(ShareOut):
    renews_at: datetime


class KeyUseOut(Answer):
    key_id: UUID
    label: str
    used: int = Field(description="today, as part of `per_day`")


class TaskLimitsOut(Answer):
    """`source` says whose limit it is: one's own, that set for the role, or the role's default."""

    task: Task
    source: Source
    per_minute: SpanOut = Field(description="requests")
    per_day: SpanOut = Field(
        description="pictures of a detection, tokens of a generation; those that running texts "
        "may still write are counted"
    )
    streams: ShareOut = Field(description="texts at the same time")
    keys: list[KeyUseOut]

    @classmethod
    def of(cls, use: TaskUse) -> Self:
        quota = use.quota
        return cls(
            task=use.task,
            source=use.source,
            per_minute=SpanOut(
                limit=quota.per_minute, used=use.requests, renews_at=use.minute_ends
            ),
            per_day=SpanOut(limit=quota.per_day, used=use.amount, renews_at=use.day_ends),
            streams=ShareOut(limit=quota.streams, used=use.streams),
            keys=[
                KeyUseOut(key_id=key.key_id, label=key.label, used=key.amount) for key in use.keys
            ],
        )


class OwnLimitsOut(Answer):
    limits: list[TaskLimitsOut]

    @classmethod
    def of(cls, uses: Iterable[TaskUse]) -> Self:
        return cls(limits=[TaskLimitsOut.of(use) for use in uses])


class PersonLimitsOut(OwnLimitsOut):
    user_id: UUID
    username: str
    role: Role

    @classmethod
    def of_person(cls, person: PersonLimits) -> Self:
        return cls(
            user_id=person.user_id,
            username=person.username,
            role=person.role,
            limits=[TaskLimitsOut.of(use) for use in person.tasks],
        )


class RoleLimitOut(Answer):
    role: Role
    task: Task
    source: Source
    per_minute: int | None
    per_day: int | None
    streams: int | None

    @classmethod
    def of(cls, limit: RoleLimit) -> Self:
        return cls(role=limit.role, task=limit.task, source=limit.source, **vars(limit.quota))


class LimitsOut(Answer):
    """What holds for each role, and who has limits of their own."""

    roles: list[RoleLimitOut]
    users: list[PersonLimitsOut]

    @classmethod
    def of(cls, roles: Iterable[RoleLimit], people: Iterable[PersonLimits]) -> Self:
        return cls(
            roles=[RoleLimitOut.of(each) for each in roles],
            users=[PersonLimitsOut.of_person(each) for each in people],
        )
