"""Feedback as reviewers look at it: figures, pages, one row, and the export's statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, distinct, exists, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from db.models import Feedback, Model, Run, User
from db.repositories.review_sql import Criteria, where_feedback, where_runs

Place = tuple[datetime, UUID]
"""Where a row stands in the order of pages: its `created_at` and its id."""

MAX_TAGS_OFFERED = 200


AnySelect = Select[*tuple[Any, ...]]

_ASSIGNEE, _REVIEWER = aliased(User), aliased(User)


class Figures(NamedTuple):
    raters: int
    untriaged: int
    by_rating: tuple[int, ...]
    """How many ratings of 1, 2, 3, 4 and 5."""


class PageRow(NamedTuple):
    feedback: Feedback
    username: str
    role: str
    model: str
    revision: str
    prompt: str
    latency_ms: int | None
    run_created_at: datetime
    assignee: str | None
    reviewer: str | None
    """Whoever changed its review last."""


class ReviewRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def figures(self, criteria: Criteria) -> Figures:
        """How many rated, how many ratings nobody has looked at, and how many of each value."""
        ratings = (func.count().filter(Feedback.rating == rating) for rating in range(1, 6))
        counts: tuple[Any, ...] = self._session.execute(
            select(
                func.count(distinct(Feedback.user_id)),
                func.count().filter(Feedback.review_status == "new"),
                *ratings,
            ).where(*where_feedback(criteria))
        ).one()
        return Figures(counts[0], counts[1], tuple(counts[2:]))

    def runs(self, criteria: Criteria) -> tuple[int, int]:
        """How many runs there are, and how many of them anybody rated."""
        rated = exists(select(literal(1)).where(Feedback.run_id == Run.id))
        row = self._session.execute(
            select(func.count(), func.count().filter(rated))
            .select_from(Run)
            .where(*where_runs(criteria))
        ).one()
        return row[0], row[1]

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
        """As it is now, also where this unit of work has changed it."""
        query = _rows().where(Feedback.id == feedback_id)
        row = self._session.execute(
            query, execution_options={"populate_existing": True}
        ).one_or_none()
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

    def rated_models(self) -> list[tuple[str, str]]:
        """Name and revision, by name, the newest revision first."""
        rated = exists(select(literal(1)).where(Feedback.model_id == Model.id))
        rows = self._session.execute(
            select(Model.name, Model.revision)
            .where(rated)
            .order_by(Model.name, Model.created_at.desc())
        )
        return [(row[0], row[1]) for row in rows]

    def raters(self) -> Sequence[str]:
        rated = exists(select(literal(1)).where(Feedback.user_id == User.id))
        return self._session.scalars(
            select(User.username).where(rated).order_by(func.lower(User.username))
        ).all()

    def tags(self) -> Sequence[str]:
        """The tags in use, most used first."""
        tag = select(func.unnest(Feedback.tags).label("tag")).subquery().c.tag
        return self._session.scalars(
            select(tag).group_by(tag).order_by(func.count().desc(), tag).limit(MAX_TAGS_OFFERED)
        ).all()


def _rows() -> AnySelect:
    return (
        _joined(
            select(
                Feedback,
                User.username,
                User.role,
                Model.name,
                Model.revision,
                Run.prompt,
                Run.latency_ms,
                Run.created_at,
                _ASSIGNEE.username,
                _REVIEWER.username,
            )
        )
        .outerjoin(_ASSIGNEE, _ASSIGNEE.id == Feedback.assignee_id)
        .outerjoin(_REVIEWER, _REVIEWER.id == Feedback.reviewer_id)
    )


def _joined(query: AnySelect) -> AnySelect:
    return (
        query.select_from(Feedback)
        .join(User, User.id == Feedback.user_id)
        .join(Model, Model.id == Feedback.model_id)
        .join(Run, Run.id == Feedback.run_id)
    )
