"""How many tokens were read and written: one's own, and for reviewers everybody's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from core import clock
from core.errors import Invalid
from core.permissions import Actor, Permission
from db.repositories.usage import UsageRepository
from db.session import Database

PERIOD_DAYS = 30


@dataclass(frozen=True)
class Used:
    """Stopped and failed runs count with what was really read and written."""

    runs: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True)
class ModelUsage:
    """What one person had one model write."""

    user: str
    model: str
    used: Used


@dataclass(frozen=True)
class Period:
    """Days in UTC, both included."""

    since: date
    until: date


def last_days(days: int = PERIOD_DAYS) -> Period:
    """Today and the days before it, `days` in all."""
    today = clock.now().date()
    return Period(today - timedelta(days=days - 1), today)


def total(usage: Iterable[ModelUsage]) -> Used:
    each = [one.used for one in usage]
    return Used(
        sum(used.runs for used in each),
        sum(used.prompt_tokens for used in each),
        sum(used.completion_tokens for used in each),
    )


class UsageService:
    """A run counts on the day it began. Raises `Invalid` for a period that cannot be."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def own(self, actor: Actor, period: Period) -> tuple[ModelUsage, ...]:
        """The actor's own, by model."""
        actor.require(Permission.GENERATE)
        return self._read(period, user_id=actor.user_id)

    def of_people(
        self, actor: Actor, period: Period, username: str | None = None
    ) -> tuple[ModelUsage, ...]:
        """Everybody's, or that of one person, by person and model."""
        actor.require(Permission.REVIEW)
        return self._read(period, username=username)

    def _read(
        self, period: Period, *, user_id: UUID | None = None, username: str | None = None
    ) -> tuple[ModelUsage, ...]:
        _check(period)
        with self._database.unit_of_work() as session:
            rows = UsageRepository(session).by_user_and_model(
                period.since, period.until, user_id=user_id, username=username
            )
        return tuple(ModelUsage(user, model, Used(*counts)) for user, model, *counts in rows)


def _check(period: Period) -> None:
    if period.since > period.until:
        raise Invalid("“since”: it is later than “until”; swap them.", facts={"field": "since"})
