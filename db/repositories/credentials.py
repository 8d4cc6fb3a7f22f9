"""What proves who somebody is: sign-ins, the tickets for their cookies, API keys."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, or_, select, update
from sqlalchemy.orm import Session as Work

from db.models import ApiKey, CookieTicket, Session, User

__all__ = ["ApiKey", "CredentialRepository", "Session", "User"]


class CredentialRepository:
    def __init__(self, session: Work) -> None:
        self._session = session

    def add_session(
        self,
        *,
        id: UUID,
        user_id: UUID,
        epoch: int,
        created_at: datetime,
        expires_at: datetime,
        address: str | None,
        agent: str | None,
        method: str,
    ) -> Session:
        row = Session(
            id=id,
            user_id=user_id,
            epoch=epoch,
            created_at=created_at,
            expires_at=expires_at,
            seen_at=created_at,
            address=address,
            agent=agent,
            method=method,
        )
        self._session.add(row)
        self._session.flush()
        return row

    def session_user(
        self,
        now: datetime,
        idle_since: datetime,
        *,
        session_id: UUID | None = None,
        token_hash: bytes | None = None,
    ) -> Row[Session, User] | None:
        """The sign-in and its user, if both are good now; by id or by the cookie's hash."""
        wanted = (
            Session.id == session_id if session_id is not None else Session.token_hash == token_hash
        )
        query = select(Session, User).join(User, User.id == Session.user_id)
        return self._session.execute(query.where(wanted, _good(now, idle_since))).first()

    def sessions(self, user_id: UUID, now: datetime, idle_since: datetime) -> Sequence[Session]:
        """Somebody's sign-ins that are good now, the one used last first."""
        query = select(Session).join(User, User.id == Session.user_id)
        good = query.where(Session.user_id == user_id, _good(now, idle_since))
        return self._session.scalars(good.order_by(Session.seen_at.desc(), Session.id)).all()

    def saw_session(self, session_id: UUID, now: datetime, unless_since: datetime) -> None:
        self._session.execute(
            update(Session)
            .where(Session.id == session_id, Session.seen_at < unless_since)
            .values(seen_at=now)
        )

    def session_by_id(self, session_id: UUID) -> Row[Session, User] | None:
        """The sign-in and its user, good or not."""
        query = select(Session, User).join(User, User.id == Session.user_id)
        return self._session.execute(query.where(Session.id == session_id)).first()

    def revoke_session(self, session_id: UUID, now: datetime) -> bool:
        """False where it had been ended before."""
        query = update(Session).where(Session.id == session_id, Session.revoked_at.is_(None))
        ended = self._session.scalar(query.values(revoked_at=now).returning(Session.id))
        return ended is not None

    def stamp_session(self, session_id: UUID, epoch: int) -> None:
        """Carry one sign-in over into the user's new epoch."""
        self._session.execute(update(Session).where(Session.id == session_id).values(epoch=epoch))

    def add_ticket(
        self, *, ticket_hash: bytes, session_id: UUID | None, expires_at: datetime
    ) -> None:
        self._session.add(
            CookieTicket(ticket_hash=ticket_hash, session_id=session_id, expires_at=expires_at)
        )

    def take_ticket(self, ticket_hash: bytes, now: datetime) -> CookieTicket | None:
        """The ticket, used up by this call."""
        return self._session.scalar(
            delete(CookieTicket)
            .where(CookieTicket.ticket_hash == ticket_hash, CookieTicket.expires_at > now)
            .returning(CookieTicket)
        )

    def prune(self, now: datetime) -> None:
        """Drop what has run out: tickets, and sign-ins a month past their end."""
        self._session.execute(delete(CookieTicket).where(CookieTicket.expires_at < now))
        old = now - timedelta(days=30)
        self._session.execute(delete(Session).where(Session.expires_at < old))

    def add_key(
        self,
        *,
        id: UUID,
        user_id: UUID,
        label: str,
        prefix: str,
        key_hash: bytes,
        scopes: list[str] | None,
        expires_at: datetime | None,
    ) -> ApiKey:
        key = ApiKey(
            id=id,
            user_id=user_id,
            label=label,
            prefix=prefix,
            key_hash=key_hash,
            scopes=scopes,
            expires_at=expires_at,
        )
        self._session.add(key)
        self._session.flush()
        self._session.refresh(key)
        return key

    def keys(self, user_id: UUID | None) -> Sequence[Row[ApiKey, User]]:
        """Newest first; of everybody where `user_id` is None."""
        query = select(ApiKey, User).join(User, User.id == ApiKey.user_id)
        if user_id is not None:
            query = query.where(ApiKey.user_id == user_id)
        return self._session.execute(query.order_by(ApiKey.id.desc())).all()

    def held_key(self, key_id: UUID) -> Row[ApiKey, User] | None:
        """The key, its row held until the transaction ends, and its owner."""
        query = select(ApiKey, User).join(User, User.id == ApiKey.user_id)
        held = query.where(ApiKey.id == key_id).with_for_update(of=ApiKey)
        return self._session.execute(held).first()

    def key_user(
        self, *, key_id: UUID | None = None, key_hash: bytes | None = None
    ) -> Row[ApiKey, User] | None:
        """The key and its owner, if neither is out of use; the key may have expired.

        By its id, or by the hash of what it is.
        """
        wanted = ApiKey.id == key_id if key_id is not None else ApiKey.key_hash == key_hash
        query = select(ApiKey, User).join(User, User.id == ApiKey.user_id)
        good = (wanted, ApiKey.revoked_at.is_(None), User.active)
        return self._session.execute(query.where(*good)).first()

    def active_user(self, user_id: UUID) -> User | None:
        """Somebody who may sign in; None for others and for nobody."""
        return self._session.scalar(select(User).where(User.id == user_id, User.active))

    def used_key(self, key_id: UUID, now: datetime, unless_since: datetime) -> None:
        stale = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < unless_since)
        self._session.execute(
            update(ApiKey).where(ApiKey.id == key_id, stale).values(last_used_at=now)
        )


def _good(now: datetime, idle_since: datetime) -> ColumnElement[bool]:
    return and_(
        Session.revoked_at.is_(None),
        Session.expires_at > now,
        Session.seen_at > idle_since,
        Session.epoch == User.epoch,
        User.active,
    )
