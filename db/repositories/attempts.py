"""Passwords tried: counted by account and by place, whether somebody has the name or not."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.models import Session as SessionRow
from db.models import SignInAttempt, User

__all__ = ["AttemptRepository", "SignInAttempt"]


class AttemptRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def account(self, username: str) -> str:
        """The name as the database compares it: whatever finds the user counts for the user."""
        compared: str = self._session.execute(select(func.lower(username))).scalar_one()
        return compared

    def on_account(self, account: str, since: datetime) -> Sequence[SignInAttempt]:
        """Oldest first."""
        query = select(SignInAttempt).where(
            SignInAttempt.account == account, SignInAttempt.created_at > since
        )
        return self._session.scalars(query.order_by(SignInAttempt.created_at)).all()

    def by_strangers_at(self, place: str, since: datetime) -> Sequence[datetime]:
        """When accounts were tried from there that had not been used from there, oldest first."""
        query = select(SignInAttempt.created_at).where(
            SignInAttempt.address == place,
            ~SignInAttempt.known_address,
            SignInAttempt.created_at > since,
        )
        return self._session.scalars(query.order_by(SignInAttempt.created_at)).all()

    def addresses_used(self, account: str, since: datetime) -> Sequence[str | None]:
        """From where the account's sessions were begun that were used since then."""
        query = select(SessionRow.address).join(User, User.id == SessionRow.user_id)
        theirs = query.where(func.lower(User.username) == account, SessionRow.seen_at > since)
        return self._session.scalars(theirs.distinct()).all()

    def add(
        self, *, id: UUID, account: str, place: str, of_known: bool, created_at: datetime
    ) -> None:
        self._session.add(
            SignInAttempt(
                id=id,
                account=account,
                address=place,
                known_address=of_known,
                created_at=created_at,
            )
        )

    def take_back(self, attempt_id: UUID) -> None:
        self._session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt_id))

    def drop_before(self, moment: datetime) -> None:
        self._session.execute(delete(SignInAttempt).where(SignInAttempt.created_at < moment))
