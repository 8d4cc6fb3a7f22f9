"""Feedback as reviewers look at it: pages, and one row."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_, update
from sqlalchemy.orm import Session

from db.models import Feedback, Model, Run, User
from db.repositories.review_sql import Criteria, where_feedback

Place = tuple[datetime, UUID]
"""Where a row stands in the order of pages: its `created_at` and its id."""

AnySelect = Select[*tuple[Any, ...]]


class PageRow(NamedTuple):
    feedback: Feedback
    username: str
    model: str
    revision: str
    prompt: str
    latency_ms: int | None
    run_created_at: datetime


class ReviewRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self, criteria: Criteria, size: int, *, after: Place | None = None, older: bool = True
    ) -> list[PageRow]:
        """At most `size` rows next to `after`, nearest first: older ones, or newer ones."""
        place = (Feedback.created_at, Feedback.id)
        query = _rows().where(*where_feedback(criteria)).limit(size)
        if after is not None:
            beyond = tuple_(*place) < after if older else tuple_(*place) > after
            query = query.where(beyond)
        order = (column.desc() if older else column.asc() for column in place)
        return [PageRow(*row) for row in self._session.execute(query.order_by(*order))]

    def row(self, feedback_id: UUID) -> PageRow | None:
        row = self._session.execute(_rows().where(Feedback.id == feedback_id)).one_or_none()
        return None if row is None else PageRow(*row)

    def ratings_of(self, run_id: UUID) -> list[tuple[str, Feedback]]:
        """Every rating of a run, oldest first, with who gave it."""
        rows = self._session.execute(
            select(User.username, Feedback)
            .join(User, User.id == Feedback.user_id)
            .where(Feedback.run_id == run_id)
            .order_by(Feedback.created_at, Feedback.id)
        )
        return [(row[0], row[1]) for row in rows]

    def set_status(
        self, feedback_id: UUID, status: str, reviewer_id: UUID, seen_at: datetime
    ) -> Feedback | None:
        """Change the row if it is still as it was at `seen_at`; None where it is not."""
        return self._session.scalar(
            update(Feedback)
            .where(Feedback.id == feedback_id, Feedback.updated_at == seen_at)
            .values(
                review_status=status, reviewer_id=reviewer_id, updated_at=func.clock_timestamp()
            )
            .returning(Feedback)
        )


def _rows() -> AnySelect:
    return _joined(
        select(
            Feedback,
            User.username,
            Model.name,
            Model.revision,
            Run.prompt,
            Run.latency_ms,
            Run.created_at,
        )
    )


def _joined(query: AnySelect) -> AnySelect:
    return (
        query.select_from(Feedback)
        .join(User, User.id == Feedback.user_id)
        .join(Model, Model.id == Feedback.model_id)
        .join(Run, Run.id == Feedback.run_id)
    )
