"""Counting what is used. Days and minutes are UTC, by the database's clock."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Self
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Integer,
    Interval,
    Row,
    Select,
    Text,
    bindparam,
    cast,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from db.models import ApiKey, LimitUse, StreamLease

Amounts = tuple[int | None, int | None, int | None]
"""A minute, a day, at the same time; None sets no limit."""
LEASE = timedelta(seconds=30)
"""How long the place of a stream is kept for a process that does not renew it."""


@dataclass(frozen=True)
class Wanted:
    """What somebody is about to use of a task.

    `defaults` are the limits of their role, should no others be kept for it; `stream` is the run
    that needs a place among those written at the same time. A key only counts along.
    """

    user_id: UUID
    key_id: UUID | None
    role: str
    task: str
    defaults: Amounts
    requests: int = 0
    amount: int = 0
    stream: UUID | None = None

    def given(self) -> dict[str, Any]:
        """For `taking`."""
        values = (
            *(self.user_id, self.key_id, self.role, self.task),
            *(self.requests, self.amount, self.stream, LEASE),
            *self.defaults,
        )
        return dict(zip(_GIVEN, values, strict=True))


@dataclass(frozen=True)
class Taken:
    """`refused` names the span that has no room, where one has none: "minute", "day" or "streams".

    Then nothing of it may be committed.
    """

    refused: str | None
    most: Amounts
    at: datetime

    @classmethod
    def of(cls, row: Row[*tuple[Any, ...]]) -> Self:
        """Of a row with the columns of `taking`."""
        return cls(row.refused, (row.most_minute, row.most_day, row.most_streams), row.at)


def taking() -> Select[*tuple[Any, ...]]:
    """Counts what `Wanted.given` says, where there is room for all of it, and tells a `Taken`."""
    given = (cast(bindparam(name, type_=kind), kind) for name, kind in _GIVEN.items())
    told = func.limit_take(*given).table_valued(
        *(column(name, kind) for name, kind in _TOLD.items()), name="told"
    )
    return select(*told.c)


_GIVEN: Mapping[str, TypeEngine[Any]] = MappingProxyType(
    {
        "limited_user": PgUUID(),
        "limited_key": PgUUID(),
        "limited_role": Text(),
        "limited_task": Text(),
        "limited_requests": BigInteger(),
        "limited_amount": BigInteger(),
        "limited_stream": PgUUID(),
        "limited_lease": Interval(),
        "default_minute": Integer(),
        "default_day": BigInteger(),
        "default_streams": Integer(),
    }
)
_TOLD: Mapping[str, TypeEngine[Any]] = MappingProxyType(
    {
        "most_minute": Integer(),
        "most_day": BigInteger(),
        "most_streams": Integer(),
        "refused": Text(),
        "at": TIMESTAMP(timezone=True),
    }
)
# Made once: putting a statement together takes longer than the database needs for it.
_TAKING = taking()


class LimitUseRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def take(self, wanted: Wanted) -> Taken:
        """Count it and keep a place for the stream, where there is room for all."""
        return Taken.of(self._session.connection().execute(_TAKING, wanted.given()).one())

    def give_back(self, subjects: Sequence[UUID], task: str, amount: int, at: datetime) -> None:
        """Take from the day of `at` what was counted then; in the order in which it was."""
        day = func.date_trunc("day", at, "UTC")
        for subject in subjects:
            self._session.execute(
                update(LimitUse)
                .where(
                    LimitUse.subject_id == subject,
                    LimitUse.task == task,
                    LimitUse.span == "day",
                    LimitUse.starts_at == day,
                )
                .values(used=func.greatest(LimitUse.used - amount, 0))
            )

    def settle(self, run_id: UUID, written: int) -> None:
        """End the stream of a run and give back what it did not write; twice does no harm."""
        self._session.execute(select(func.limit_settle(run_id, written)))

    def renew(self, runs: Collection[UUID]) -> None:
        """Keep the places of these streams for another while."""
        self._session.execute(
            update(StreamLease)
            .where(StreamLease.run_id.in_(runs))
            .values(expires_at=func.clock_timestamp() + LEASE)
        )

    def moment(self) -> datetime:
        """When it is, by the clock that counts."""
        found: datetime = self._session.scalars(select(func.clock_timestamp())).one()
        return found

    def used(self, subject_id: UUID, task: str) -> tuple[int, int]:
        """What a person or a key used in this minute, and on this day."""
        query = select(LimitUse.span, LimitUse.used).where(
            LimitUse.subject_id == subject_id,
            LimitUse.task == task,
            LimitUse.starts_at == func.date_trunc(LimitUse.span, func.clock_timestamp(), "UTC"),
        )
        found: dict[str, int] = dict(self._session.execute(query).all())
        return found.get("minute", 0), found.get("day", 0)

    def streams(self, user_id: UUID, task: str) -> int:
        mine = (StreamLease.user_id == user_id, StreamLease.task == task)
        running = StreamLease.expires_at > func.clock_timestamp()
        counted = select(func.count()).select_from(StreamLease).where(*mine, running)
        return self._session.scalars(counted).one()

    def used_by_keys(self, user_id: UUID, task: str) -> Sequence[Row[UUID, str, int]]:
        """Of a person's keys that were used today: id, label, amount; the most first."""
        day = func.date_trunc("day", func.clock_timestamp(), "UTC")
        query = (
            select(ApiKey.id, ApiKey.label, LimitUse.used)
            .join(LimitUse, LimitUse.subject_id == ApiKey.id)
            .where(ApiKey.user_id == user_id, LimitUse.task == task, LimitUse.span == "day")
            .where(LimitUse.starts_at == day, LimitUse.used > 0)
            .order_by(LimitUse.used.desc(), ApiKey.id)
        )
        return self._session.execute(query).all()
