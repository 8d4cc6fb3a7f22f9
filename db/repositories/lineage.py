"""Which run came from which."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, load_only

from db.models import Run


class LineageRepository:
    """`owner`: only runs of this person; None for anybody's. All without what was written."""

    def __init__(self, session: Session, owner: UUID | None) -> None:
        self._session = session
        self._owner = owner

    def parent(self, run: Run) -> Run | None:
        return self._session.scalar(self._runs().where(Run.id == run.parent_id))

    def children(self, run: Run, limit: int) -> Sequence[Run]:
        """The newest, newest first."""
        query = self._runs().where(Run.parent_id == run.id)
        newest = query.order_by(Run.created_at.desc(), Run.id.desc()).limit(limit)
        return self._session.scalars(newest).all()

    def _runs(self) -> Select[Run]:
        slim = load_only(Run.relation, Run.task, Run.status, Run.created_at, raiseload=True)
        query = select(Run).options(slim)
        return query if self._owner is None else query.where(Run.user_id == self._owner)
