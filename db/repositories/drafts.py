"""Ratings that are not said yet: one draft for each person and run."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.base import Json
from db.models import RatingDraft

__all__ = ["DraftRepository", "RatingDraft"]


class DraftRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, run_id: UUID, user_id: UUID) -> RatingDraft | None:
        return self._session.get(RatingDraft, (run_id, user_id))

    def put(self, run_id: UUID, user_id: UUID, body: Json, at: datetime) -> None:
        """Keep it in place of an earlier one; a later one stays."""
        new = insert(RatingDraft).values(run_id=run_id, user_id=user_id, body=body, updated_at=at)
        self._session.execute(
            new.on_conflict_do_update(
                index_elements=["run_id", "user_id"],
                set_={"body": new.excluded.body, "updated_at": new.excluded.updated_at},
                where=RatingDraft.updated_at <= new.excluded.updated_at,
            )
        )

    def remove(self, run_id: UUID, user_id: UUID, until: datetime) -> None:
        """Remove it, unless it was kept later than `until`."""
        self._session.execute(
            delete(RatingDraft).where(
                RatingDraft.run_id == run_id,
                RatingDraft.user_id == user_id,
                RatingDraft.updated_at <= until,
            )
        )
