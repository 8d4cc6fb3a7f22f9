"""People found and looked at, by those who manage them."""

import base64
import binascii
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from core.accounts.base import AccountPart, user_info
from core.accounts.people_types import (
    PeopleFilter,
    PeopleOrder,
    PeoplePage,
    Person,
    PersonDetail,
)
from core.accounts.types import UserInfo
from core.errors import Invalid, NotFound
from core.generation.usage import last_days
from core.permissions import Actor, Permission
from db.repositories.accounts import AccountRepository
from db.repositories.people import PeopleRepository

MAX_PAGE = 200
MAX_TEXT_CHARS = 64


class Directory(AccountPart):
    def users(self, actor: Actor) -> tuple[UserInfo, ...]:
        """Everybody, by name."""
        actor.require(Permission.MANAGE_USERS)
        with self.database.unit_of_work() as session:
            return tuple(map(user_info, AccountRepository(session).users()))

    def find_users(
        self,
        actor: Actor,
        wanted: PeopleFilter | None = None,
        order: PeopleOrder = PeopleOrder.NAME,
        cursor: str | None = None,
        limit: int = 50,
    ) -> PeoplePage:
        """The people that `wanted` lets through, in this order, from `cursor` on.

        A page stays right while people are added: it begins behind the last one of the one before.

        Raises
        ------
        Invalid : the text, the cursor or `limit`, 1 to 200, is not possible.
        """
        actor.require(Permission.MANAGE_USERS)
        conditions = _conditions(wanted or PeopleFilter())
        if not 1 <= limit <= MAX_PAGE:
            raise Invalid(
                f"limit is {limit}; it must be from 1 to {MAX_PAGE}.",
                facts={"min": 1, "max": MAX_PAGE},
            )
        after = _place(order, cursor) if cursor else None
        with self.database.unit_of_work() as session:
            repository = PeopleRepository(session)
            rows = repository.page(limit + 1, order=order, after=after, **conditions)
            users = [user for user, _ in rows[:limit]]
            ids = [user.id for user in users]
            runs, known = repository.runs(ids, _lately()), repository.with_identity(ids)
            people = tuple(
                Person(user_info(user), user.id in known, runs.get(user.id, 0)) for user in users
            )
            total = repository.count(**conditions)
        more = len(rows) > limit
        return PeoplePage(people, total, _cursor(order, *_end(rows[limit - 1])) if more else None)

    def person(self, actor: Actor, user_id: UUID) -> PersonDetail:
        """Raises `NotFound`."""
        actor.require(Permission.MANAGE_USERS)
        since = _lately()
        with self.database.unit_of_work() as session:
            repository = PeopleRepository(session)
            user = repository.user(user_id)
            if user is None:
                raise NotFound(
                    "There is no such user; check the id.", facts={"user_id": str(user_id)}
                )
            return PersonDetail(
                user_info(user),
                identity=bool(repository.with_identity([user_id])),
                runs=repository.runs([user_id], since).get(user_id, 0),
                ratings=repository.ratings(user_id, since),
                tokens=repository.tokens(user_id, since.date()),
            )


def _lately() -> datetime:
    """The start (UTC) of the last 30 days, today among them."""
    return datetime.combine(last_days().since, time.min, UTC)


def _conditions(wanted: PeopleFilter) -> dict[str, Any]:
    text = wanted.text.strip()
    if len(text) > MAX_TEXT_CHARS or "\0" in text:
        raise Invalid(f"A name has at most {MAX_TEXT_CHARS} characters; search for a part of it.")
    return {"text": text, "role": wanted.role, "state": wanted.state}


def _end(row: tuple[Any, Any]) -> tuple[Any, UUID]:
    user, value = row
    return value, user.id


def _cursor(order: PeopleOrder, value: Any, user_id: UUID) -> str:
    written = value.isoformat() if isinstance(value, datetime) else value
    plain = f"{order} {user_id} {written}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _place(order: PeopleOrder, cursor: str) -> tuple[Any, UUID]:
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        of, user_id, value = plain.split(" ")
        if of != order or "\0" in value:
            raise ValueError
        by_name = order is PeopleOrder.NAME
        return value if by_name else datetime.fromisoformat(value).astimezone(UTC), UUID(user_id)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise Invalid(
            "The page's cursor cannot be read; start again from the first page.",
            facts={"field": "cursor"},
        ) from error
