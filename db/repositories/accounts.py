"""People and their failed sign-ins."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.models import SignInAttempt, User

__all__ = ["AccountRepository", "User"]


class AccountRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def lock(self, name: str) -> None:
        """Let one transaction at a time past this point, for `name`, until it ends."""
        self._session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))

    def any_user(self) -> bool:
        """Demo users do not count: nobody can sign in as one."""
        return bool(self._session.scalar(select(exists().where(~User.demo))))

    def user(self, username: str) -> User | None:
        return self._session.scalar(select(User).where(_is_named(username)))

    def hold_users(self, user_ids: Iterable[UUID]) -> Sequence[User]:
        """Those of them that there are, in the order of their ids, their rows held until the
        transaction ends."""
        query = select(User).where(User.id.in_(list(user_ids))).order_by(User.id)
        held = query.with_for_update().execution_options(populate_existing=True)
        return self._session.scalars(held).all()

    def user_by_id(self, user_id: UUID) -> User | None:
        return self._session.get(User, user_id, with_for_update=True)

    def users(self) -> Sequence[User]:
        return self._session.scalars(select(User).order_by(func.lower(User.username))).all()

    def add_user(
        self,
        *,
        id: UUID,
        username: str,
        password_hash: str | None,
        role: str,
        must_change_password: bool = False,
        role_from_claim: bool = False,
    ) -> User | None:
        """The new user; None where the name is taken, in whatever case it is written."""
        values = insert(User).values(
            id=id,
            username=username,
            password_hash=password_hash,
            role=role,
            must_change_password=must_change_password,
            role_from_claim=role_from_claim,
        )
        return self._session.scalar(values.on_conflict_do_nothing().returning(User))

    def hold_admins(self) -> Sequence[UUID]:
        """Active administrators, their rows held: of two who demote each other one must wait."""
        query = select(User.id).where(User.role == "admin", User.active).order_by(User.id)
        return self._session.scalars(query.with_for_update()).all()

    def saw(self, user_id: UUID, now: datetime) -> None:
        self._session.execute(update(User).where(User.id == user_id).values(last_seen_at=now))

    def clear_failures(self, username: str) -> None:
        """Let their password be tried anew from everywhere."""
        theirs = SignInAttempt.account == func.lower(username)
        self._session.execute(delete(SignInAttempt).where(theirs))


def _is_named(username: str) -> ColumnElement[bool]:
    return func.lower(User.username) == func.lower(username)
