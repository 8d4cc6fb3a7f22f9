"""People as a list: searched, counted, a page at a time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from db.models import Feedback, Identity, Run, UsageDay, User

__all__ = ["ORDERS", "STATES", "PeopleRepository"]

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Order:
    """By what people are listed; who is equal in it, by their ids."""

    key: ColumnElement[Any]
    rising: bool


ORDERS: Mapping[str, Order] = MappingProxyType(
    {
        "name": Order(func.lower(User.username), rising=True),
        "seen": Order(func.coalesce(User.last_seen_at, _NEVER), rising=False),
        "newest": Order(User.created_at.expression, rising=False),
    }
)
_STAYS = User.erase_at.is_(None) & User.erased_at.is_(None)
_OUT = ~User.active & _STAYS
STATES: Mapping[str, ColumnElement[bool]] = MappingProxyType(
    {
        "active": User.active & ~User.must_change_password & _STAYS,
        "temporary password": User.active & User.must_change_password & _STAYS,
        "disabled": _OUT & ~User.demo,
        "demo": _OUT & User.demo,
        "to be erased": User.erase_at.is_not(None) & User.erased_at.is_(None),
        "erased": User.erased_at.is_not(None),
    }
)


class PeopleRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self,
        limit: int,
        *,
        text: str,
        role: str | None,
        state: str | None,
        order: str,
        after: tuple[Any, UUID] | None,
    ) -> Sequence[tuple[User, Any]]:
        """People with their value in the order, from behind the value and id `after` on."""
        by = ORDERS[order]
        key = tuple_(by.key, User.id)
        query = select(User, by.key).where(*_matching(text, role, state))
        if after is not None:
            query = query.where(key > after if by.rising else key < after)
        ends = (by.key, User.id)
        query = query.order_by(*(end.asc() if by.rising else end.desc() for end in ends))
        return [(user, value) for user, value in self._session.execute(query.limit(limit))]

    def count(self, *, text: str, role: str | None, state: str | None) -> int:
        matching = select(func.count()).select_from(User).where(*_matching(text, role, state))
        return self._session.scalar(matching) or 0

    def user(self, user_id: UUID) -> User | None:
        return self._session.get(User, user_id)

    def runs(self, user_ids: Collection[UUID], since: datetime) -> Mapping[UUID, int]:
        counts = select(Run.user_id, func.count()).where(
            Run.user_id.in_(user_ids), Run.created_at >= since
        )
        return dict(iter(self._session.execute(counts.group_by(Run.user_id))))

    def with_identity(self, user_ids: Collection[UUID]) -> frozenset[UUID]:
        """Those of them who are known at an identity provider."""
        query = select(Identity.user_id).where(Identity.user_id.in_(user_ids))
        return frozenset(self._session.scalars(query))

    def ratings(self, user_id: UUID, since: datetime) -> int:
        given = select(func.count()).where(
            Feedback.user_id == user_id, Feedback.created_at >= since
        )
        return self._session.scalar(given) or 0

    def tokens(self, user_id: UUID, since: date) -> int:
        used = func.sum(UsageDay.prompt_tokens + UsageDay.completion_tokens)
        query = select(used).where(UsageDay.user_id == user_id, UsageDay.day >= since)
        return int(self._session.scalar(query) or 0)

    def taken(self, names: Iterable[str]) -> frozenset[str]:
        """Those of `names`, all in lower case, that somebody has."""
        lower = func.lower(User.username)
        return frozenset(self._session.scalars(select(lower).where(lower.in_(list(names)))))


def _matching(text: str, role: str | None, state: str | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        User.erased_at.is_(None) if state is None else STATES[state]
    ]
    if text:
        conditions.append(User.username.icontains(text, autoescape=True))
    if role is not None:
        conditions.append(User.role == role)
    return conditions
