"""The audit log: rows are added and read, never changed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from db.models import AuditEntry, User
from db.repositories.audit_sql import Criteria, where_audit

__all__ = ["AuditEntry", "AuditRepository"]


class AuditRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def is_noted(self, action: str, address: str, target_id: UUID | None, since: datetime) -> bool:
        """Whether such a row was added since then; `target_id` None is one without a target."""
        query = select(AuditEntry.id).where(
            AuditEntry.action == action,
            AuditEntry.at > since,
            AuditEntry.address == address,
            AuditEntry.target_id.is_not_distinct_from(target_id and str(target_id)),
        )
        return self._session.scalar(query.limit(1)) is not None

    def add(
        self,
        *,
        id: UUID,
        action: str,
        actor_id: UUID | None,
        role: str | None,
        face: str,
        address: str | None,
        session_id: UUID | None,
        key_id: UUID | None,
        target: tuple[str, object] | None,
        before: Mapping[str, object] | None,
        after: Mapping[str, object] | None,
        trace_id: str,
    ) -> None:
        kind, target_id = target or (None, None)
        self._session.add(
            AuditEntry(
                id=id,
                action=action,
                actor_id=actor_id,
                role=role,
                face=face,
                address=address,
                session_id=session_id,
                key_id=key_id,
                target_kind=kind,
                target_id=None if target_id is None else str(target_id),
                before=None if before is None else dict(before),
                after=None if after is None else dict(after),
                trace_id=trace_id,
            )
        )

    def page(
        self, criteria: Criteria, size: int, after: tuple[datetime, UUID] | None
    ) -> Sequence[AuditEntry]:
        """At most `size` entries, newest first, beginning behind the one at `after`."""
        query = select(AuditEntry).where(*where_audit(criteria))
        if after is not None:
            query = query.where(tuple_(AuditEntry.at, AuditEntry.id) < after)
        query = query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(size)
        return self._session.scalars(query).all()

    def get(self, entry_id: UUID) -> AuditEntry | None:
        return self._session.get(AuditEntry, entry_id)

    def people_like(self, text: str) -> Sequence[UUID]:
        """Whoever has `text` in their name, in any case."""
        like = User.username.icontains(text, autoescape=True)
        return self._session.scalars(select(User.id).where(like)).all()

    def names(self, ids: Collection[UUID]) -> dict[UUID, str]:
        """What those of the ids that are people's are called."""
        rows = self._session.execute(select(User.id, User.username).where(User.id.in_(ids)))
        return {row[0]: row[1] for row in rows}
