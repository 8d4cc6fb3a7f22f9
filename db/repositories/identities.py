"""Who people are at identity providers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.models import Identity

__all__ = ["Identity", "IdentityRepository"]


class IdentityRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def identity(self, issuer: str, subject: str) -> Identity | None:
        return self._session.get(Identity, (issuer, subject))

    def of_user(self, user_id: UUID) -> Sequence[Identity]:
        """The oldest first."""
        query = select(Identity).where(Identity.user_id == user_id)
        return self._session.scalars(query.order_by(Identity.created_at, Identity.subject)).all()

    def add(self, issuer: str, subject: str, user_id: UUID) -> Identity:
        row = Identity(issuer=issuer, subject=subject, user_id=user_id)
        self._session.add(row)
        self._session.flush()
        self._session.refresh(row)
        return row

    def remove(self, issuer: str, subject: str, user_id: UUID) -> bool:
        """False where that person has no such identity."""
        query = delete(Identity).where(
            Identity.issuer == issuer, Identity.subject == subject, Identity.user_id == user_id
        )
        return self._session.scalar(query.returning(Identity.user_id)) is not None
