"""What reviewers write into ratings, who takes which, and what is answered to whoever rated."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    TIMESTAMP,
    ColumnElement,
    SQLColumnExpression,
    Text,
    Uuid,
    and_,
    column,
    func,
    or_,
    select,
    tuple_,
    update,
    values,
)
from sqlalchemy.orm import Session

from db.models import Feedback, Model, Run, User
from db.repositories.review_sql import Criteria, where_feedback

__all__ = ["REVIEWED", "Feedback", "OwnComment", "TriageRepository"]

_TYPES: Mapping[str, Any] = {
    "review_status": Text(),
    "fixed_in": Text(),
    "assignee_id": Uuid(),
    "note": Text(),
    "answer": Text(),
    "answered_at": TIMESTAMP(timezone=True),
    "reviewer_id": Uuid(),
}
REVIEWED = tuple(_TYPES)
"""The columns that reviewers write."""

_Column = SQLColumnExpression[Any]
_ORDERS: Mapping[str, tuple[tuple[_Column, bool], ...]] = {
    name: (*by, (Feedback.created_at, newest), (Feedback.id, newest))
    for name, by, newest in (
        ("newest", (), True),
        ("oldest", (), False),
        ("worst", ((Feedback.rating, False),), True),
        ("best", ((Feedback.rating, True),), True),
        ("slowest", ((func.coalesce(Feedback.latency_ms, -1), True),), True),
    )
}
"""Each order's columns, and whether the greatest comes first."""


class OwnComment(NamedTuple):
    feedback: Feedback
    prompt: str


class TriageRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def hold(self, ids: Collection[UUID]) -> dict[UUID, Feedback]:
        """The rows as they are, held until the transaction ends; always in the same order, so
        that no two wait for each other."""
        rows = self._session.scalars(
            select(Feedback)
            .where(Feedback.id.in_(ids))
            .order_by(Feedback.id)
            .with_for_update(of=Feedback)
            .execution_options(populate_existing=True)
        )
        return {row.id: row for row in rows}

    def write(self, changes: Mapping[UUID, Mapping[str, Any]]) -> dict[UUID, Feedback]:
        """Set all `REVIEWED` columns of rows that are held; one statement, so that the counts
        change once."""
        given = values(
            column("id", Uuid()),
            *(column(name, kind) for name, kind in _TYPES.items()),
            name="given",
        ).data([(id, *(row[name] for name in REVIEWED)) for id, row in changes.items()])
        rows = self._session.scalars(
            update(Feedback)
            .where(Feedback.id == given.c.id)
            .values(
                **{name: func.cast(given.c[name], kind) for name, kind in _TYPES.items()},
                updated_at=func.clock_timestamp(),
            )
            .returning(Feedback),
            execution_options={"populate_existing": True, "synchronize_session": False},
        )
        return {row.id: row for row in rows}

    def next_open(
        self, criteria: Criteria, reviewer_id: UUID, sort: str, after: UUID | None = None
    ) -> Feedback | None:
        """The next row behind `after` that is new and nobody's, or the reviewer's own; held.

        Rows that somebody is just taking are passed over.
        """
        order = _ORDERS[sort]
        query = (
            select(Feedback)
            .where(*where_feedback(criteria), *_free_to(reviewer_id))
            .order_by(*(by.desc() if greatest else by.asc() for by, greatest in order))
            .limit(1)
            .with_for_update(of=Feedback, skip_locked=True)
        )
        if after is not None:
            place = self._session.execute(
                select(*(by for by, _ in order)).where(Feedback.id == after)
            ).one_or_none()
            if place is not None:
                query = query.where(_behind(order, tuple(place)))
        return self._session.scalar(query.execution_options(populate_existing=True))

    def beside(self, criteria: Criteria, sort: str, of: UUID, *, behind: bool) -> UUID | None:
        """The row behind, or before, `of` in this order; None at the end, or if it is gone."""
        order = _ORDERS[sort]
        if not behind:
            order = tuple((by, not greatest) for by, greatest in order)
        place = self._session.execute(
            select(*(by for by, _ in order)).where(Feedback.id == of)
        ).one_or_none()
        if place is None:
            return None
        return self._session.scalar(
            select(Feedback.id)
            .where(*where_feedback(criteria), _behind(order, tuple(place)))
            .order_by(*(by.desc() if greatest else by.asc() for by, greatest in order))
            .limit(1)
        )

    def count_open(self, criteria: Criteria, most: int) -> int:
        """How many are new, counted up to `most`."""
        new = (
            select(Feedback.id)
            .where(*where_feedback(criteria), Feedback.review_status == "new")
            .limit(most)
        )
        return self._session.scalars(select(func.count()).select_from(new.subquery())).one()

    def reviewers(self, roles: Collection[str]) -> list[tuple[UUID, str]]:
        """Active users of these roles, by name."""
        rows = self._session.execute(
            select(User.id, User.username)
            .where(User.role.in_(roles), User.active)
            .order_by(func.lower(User.username))
        )
        return [(row[0], row[1]) for row in rows]

    def names(self, ids: Collection[UUID]) -> dict[UUID, str]:
        """What users are called, whoever they are."""
        rows = self._session.execute(select(User.id, User.username).where(User.id.in_(ids)))
        return {row[0]: row[1] for row in rows}

    def revisions(self, model_id: UUID) -> Sequence[str]:
        """The revisions known of the same model, the newest first."""
        named = select(Model.task, Model.name).where(Model.id == model_id).subquery()
        return self._session.scalars(
            select(Model.revision)
            .join(named, and_(Model.task == named.c.task, Model.name == named.c.name))
            .order_by(Model.created_at.desc(), Model.id.desc())
            .limit(20)
        ).all()

    def answered(self, user_id: UUID, limit: int) -> list[OwnComment]:
        """The user's ratings that were answered, the newest answer first."""
        return self._own(
            (Feedback.user_id == user_id, Feedback.answered_at.is_not(None)),
            (Feedback.answered_at.desc(), Feedback.id.desc()),
            limit,
        )

    def unanswered(self, user_id: UUID, limit: int) -> list[OwnComment]:
        """The user's comments that were not answered yet, the newest first."""
        return self._own(
            (
                Feedback.user_id == user_id,
                Feedback.comment != "",
                Feedback.answered_at.is_(None),
            ),
            (Feedback.created_at.desc(), Feedback.id.desc()),
            limit,
        )

    def _own(
        self,
        conditions: tuple[ColumnElement[bool], ...],
        order: tuple[ColumnElement[Any], ...],
        limit: int,
    ) -> list[OwnComment]:
        rows = self._session.execute(
            select(Feedback, Run.prompt)
            .join(Run, Run.id == Feedback.run_id)
            .where(*conditions)
            .order_by(*order)
            .limit(limit)
        )
        return [OwnComment(*row) for row in rows]


def _free_to(reviewer_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        Feedback.review_status == "new",
        or_(Feedback.assignee_id.is_(None), Feedback.assignee_id == reviewer_id),
    )


def _behind(order: tuple[tuple[_Column, bool], ...], place: tuple[Any, ...]) -> ColumnElement[bool]:
    """Whether a row comes after `place`, whose values stand in the order's own sequence."""
    columns, directions = [by for by, _ in order], {greatest for _, greatest in order}
    if len(directions) == 1:  # what an index can answer
        row = tuple_(*columns)
        return row < place if directions == {True} else row > place
    return or_(
        *(
            and_(
                *(by == value for (by, _), value in zip(order[:depth], place[:depth], strict=True)),
                order[depth][0] < place[depth]
                if order[depth][1]
                else order[depth][0] > place[depth],
            )
            for depth in range(len(order))
        )
    )
