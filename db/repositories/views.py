"""Saved views: a filter, and the columns of the table, under a name."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.models import SavedView, User


class ViewRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def visible(self, user_id: UUID) -> list[tuple[SavedView, str]]:
        """One's own, then what others share, each by name; with the owner's name."""
        rows = self._session.execute(
            select(SavedView, User.username)
            .join(User, User.id == SavedView.owner_id)
            .where(or_(SavedView.owner_id == user_id, SavedView.shared))
            .order_by(SavedView.owner_id != user_id, func.lower(SavedView.name), SavedView.id)
        )
        return [(row[0], row[1]) for row in rows]

    def get(self, view_id: UUID, user_id: UUID) -> tuple[SavedView, str] | None:
        """If it is one's own, or shared."""
        row = self._session.execute(
            select(SavedView, User.username)
            .join(User, User.id == SavedView.owner_id)
            .where(SavedView.id == view_id, or_(SavedView.owner_id == user_id, SavedView.shared))
        ).one_or_none()
        return None if row is None else (row[0], row[1])

    def count(self, owner_id: UUID) -> int:
        counted = select(func.count()).select_from(SavedView)
        return self._session.scalar(counted.where(SavedView.owner_id == owner_id)) or 0

    def lock(self, owner_id: UUID) -> None:
        """Let one of the owner's changes wait for the other."""
        self._session.execute(select(User.id).where(User.id == owner_id).with_for_update())

    def named(self, owner_id: UUID, name: str) -> UUID | None:
        return self._session.scalar(
            select(SavedView.id).where(
                SavedView.owner_id == owner_id, func.lower(SavedView.name) == func.lower(name)
            )
        )

    def put(
        self,
        view_id: UUID,
        owner_id: UUID,
        name: str,
        query: Mapping[str, Any],
        columns: Sequence[str] | None,
        shared: bool,
    ) -> None:
        """Add it, or write it over the one with this id."""
        values = {
            "name": name,
            "query": dict(query),
            "columns": None if columns is None else list(columns),
            "shared": shared,
        }
        adding = insert(SavedView).values(id=view_id, owner_id=owner_id, **values)
        self._session.execute(
            adding.on_conflict_do_update(
                index_elements=[SavedView.id],
                set_=values,
                where=SavedView.owner_id == owner_id,
            )
        )

    def change(self, view_id: UUID, **values: Any) -> None:
        self._session.execute(update(SavedView).where(SavedView.id == view_id).values(**values))

    def delete(self, view: SavedView) -> None:
        self._session.delete(view)
