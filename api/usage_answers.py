"""Usage as it is answered."""

from collections.abc import Sequence
from datetime import date
from typing import Self

from api.answers import Answer
from core.generation.usage import ModelUsage, Period, total


class UsedOut(Answer):
    runs: int
    prompt_tokens: int
    completion_tokens: int


class ModelUsageOut(UsedOut):
    user: str
    model: str


class UsageReportOut(Answer):
    """Days in UTC, both included."""

    since: date
    until: date
    total: UsedOut
    usage: list[ModelUsageOut]

    @classmethod
    def of(cls, period: Period, usage: Sequence[ModelUsage]) -> Self:
        return cls(
            since=period.since,
            until=period.until,
            total=UsedOut.model_validate(total(usage)),
            usage=[ModelUsageOut(user=u.user, model=u.model, **vars(u.used)) for u in usage],
        )
