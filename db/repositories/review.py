"""Feedback as reviewers look at it: pages, and one row."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session, aliased

from db.models import Feedback, FeedbackDay, Model, Run, User
from db.repositories.review_find import find
from db.repositories.review_order import ORDERS, Place, part_of
from db.repositories.review_sql import Criteria, where_feedback
from db.repositories.rollups import covers, where_rollup

AnySelect = Select[*tuple[Any, ...]]

_ASSIGNEE, _REVIEWER = aliased(User), aliased(User)


class PageRow(NamedTuple):
    feedback: Feedback
    username: str
    role: str
    model: str
    revision: str
    prompt: str
    latency_ms: int | None
    run_created_at: datetime
    run_erased_at: datetime | None
    assignee: str | None
    reviewer: str | None
    """Whoever changed its review last."""


class ReviewRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self,
        criteria: Criteria,
        size: int,
        *,
        order: str = "newest",
        after: Place | None = None,
        forward: bool = True,
    ) -> list[PageRow]:
        """At most `size` rows next to `after`, nearest first: those behind it, or before it."""
        found = self.ids(criteria, size, order=order, after=after, forward=forward)
        rows = self._session.execute(_rows().where(Feedback.id.in_(found))) if found else ()
        by_id = {row[0].id: PageRow(*row) for row in rows}
        return [by_id[id] for id in found if id in by_id]

    def any_beyond(self, criteria: Criteria, *, order: str, after: Place, forward: bool) -> bool:
        return bool(self.ids(criteria, 1, order=order, after=after, forward=forward))

    def ids(
        self,
        criteria: Criteria,
        size: int,
        *,
        order: str = "newest",
        after: Place | None = None,
        forward: bool = True,
    ) -> list[UUID]:
        """Whose rows `page` would give."""
        parts = ORDERS[order]
        start = None if after is None else part_of(order, after)
        numbers = range(len(parts)) if forward else range(len(parts))[::-1]
        found: list[UUID] = []
        for number in numbers:
            if start is not None and (number < start if forward else number > start):
                continue
            asked = _of_rating(criteria, parts[number].rating)
            if asked is not None:
                here = after if number == start else None
                missing = size - len(found)
                found += find(
                    self._session, asked, parts[number], missing, after=here, forward=forward
                )
            if len(found) == size:
                break
        return found

    def count(self, criteria: Criteria, most: int) -> int:
        """How many ratings match; `most` where there are so many or more."""
        if covers(criteria, FeedbackDay):
            total = select(func.coalesce(func.sum(FeedbackDay.n), 0))
            counted = self._session.scalar(total.where(*where_rollup(criteria, FeedbackDay)))
            return min(int(counted or 0), most)
        some = select(literal(1)).where(*where_feedback(criteria)).limit(most).subquery()
        return self._session.scalars(select(func.count()).select_from(some)).one()

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


def _of_rating(criteria: Criteria, rating: int | None) -> Criteria | None:
    """The criteria for one rating alone; None where they exclude it."""
    if rating is None:
        return criteria
    if not criteria.get("rating_min", 1) <= rating <= criteria.get("rating_max", 5):
        return None
    return {**criteria, "rating_min": rating, "rating_max": rating}


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
                Run.erased_at,
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
