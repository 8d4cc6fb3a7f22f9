"""What may be used, and counting what is. Days and minutes are UTC, by the database's clock."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.models import ApiKey, Limit, LimitUse, StreamLease, User

__all__ = ["Limit", "LimitRepository", "Taken"]

Amounts = tuple[int | None, int | None, int | None]
"""A minute, a day, at the same time; None sets no limit."""
LEASE = timedelta(seconds=30)
"""How long the place of a stream is kept for a process that does not renew it."""


@dataclass(frozen=True)
class Taken:
    """`refused` names the span that has no room, where one has none: "minute", "day" or "streams".

    Then nothing of it may be committed.
    """

    refused: str | None
    most: Amounts
    at: datetime


class LimitRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def take(
        self,
        *,
        user_id: UUID,
        key_id: UUID | None,
        role: str,
        task: str,
        defaults: Amounts,
        requests: int,
        amount: int,
        stream: UUID | None,
    ) -> Taken:
        """Count requests and an amount, and keep a place for a stream, where there is room for all.

        `defaults` are the limits of a role of which no other are kept. A key only counts along.
        """
        minute, day, streams = defaults
        given = {
            "user": user_id,
            "key": key_id,
            "role": role,
            "task": task,
            "requests": requests,
            "amount": amount,
            "stream": stream,
            "lease": LEASE,
            "minute": minute,
            "day": day,
            "streams": streams,
        }
        row = self._session.connection().execute(_TAKE, given).one()
        most = (row.most_minute, row.most_day, row.most_streams)
        return Taken(row.refused, most, row.at)

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
        self._session.execute(_SETTLE, {"run": run_id, "written": written})

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
        found = dict(row._t for row in self._session.execute(query))
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

    def rows(self, role: str, user_id: UUID | None = None) -> Sequence[Limit]:
        """What is set for a role and, where a person is named, for that person; theirs first."""
        wanted = or_(Limit.role == role, Limit.user_id == user_id)
        query = select(Limit).where(wanted).order_by(Limit.user_id.nulls_last())
        return self._session.scalars(query).all()

    def people(self) -> Sequence[User]:
        """Who has limits of their own, by name."""
        own = select(Limit.user_id).where(Limit.user_id.is_not(None))
        query = select(User).where(User.id.in_(own)).order_by(func.lower(User.username))
        return self._session.scalars(query).all()

    def user(self, user_id: UUID) -> User | None:
        return self._session.get(User, user_id)

    def locked(
        self, task: str, *, role: str | None = None, user_id: UUID | None = None
    ) -> Limit | None:
        """The limit, held until the transaction ends."""
        query = select(Limit).where(_of(task, role, user_id)).with_for_update()
        return self._session.scalar(query)

    def put(
        self, id: UUID, task: str, amounts: Amounts, *, role: str | None, user_id: UUID | None
    ) -> None:
        per_minute, per_day, streams = amounts
        values: dict[str, Any] = {"per_minute": per_minute, "per_day": per_day, "streams": streams}
        made = insert(Limit).values(id=id, task=task, role=role, user_id=user_id, **values)
        whose = "role" if user_id is None else "user_id"
        self._session.execute(
            made.on_conflict_do_update(
                index_elements=[whose, "task"], set_={**values, "updated_at": func.now()}
            )
        )

    def remove(self, task: str, *, role: str | None, user_id: UUID | None) -> None:
        self._session.execute(delete(Limit).where(_of(task, role, user_id)))


def _of(task: str, role: str | None, user_id: UUID | None) -> ColumnElement[bool]:
    whose = Limit.role == role if user_id is None else Limit.user_id == user_id
    return whose & (Limit.task == task)


_TAKE = text(
    "select * from limit_take(cast(:user as uuid), cast(:key as uuid), :role, :task, :requests,"
    " :amount, cast(:stream as uuid), :lease, :minute, :day, :streams)"
)
_SETTLE = text("select limit_settle(cast(:run as uuid), :written)")
