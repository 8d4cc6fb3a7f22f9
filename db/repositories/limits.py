"""How much of each task may be used: what is set for roles, and for single people."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.models import Limit, User
from db.repositories.limit_use import Amounts

__all__ = ["Limit", "LimitRepository", "User"]


class LimitRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def rows(self, role: str, user_id: UUID | None = None) -> Sequence[Limit]:
        """What is set for a role and, where a person is named, for that person; theirs first."""
        of_role = Limit.role == role
        wanted = of_role if user_id is None else or_(of_role, Limit.user_id == user_id)
        query = select(Limit).where(wanted).order_by(Limit.user_id.nulls_last())
        return self._session.scalars(query).all()

    def people(self) -> Sequence[User]:
        """Who has limits of their own, by name."""
        own = select(Limit.user_id).where(Limit.user_id.is_not(None))
        query = select(User).where(User.id.in_(own)).order_by(func.lower(User.username))
        return self._session.scalars(query).all()

    def user(self, user_id: UUID) -> User | None:
        return self._session.get(User, user_id)

    def user_named(self, username: str) -> User | None:
        """In whatever case the name is written."""
        named = func.lower(User.username) == func.lower(username)
        return self._session.scalar(select(User).where(named))

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
