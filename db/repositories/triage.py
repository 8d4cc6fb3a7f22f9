"""What reviewers write into ratings, who takes which, and what is answered to whoever rated."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    TIMESTAMP,
    ColumnElement,
    Text,
    Uuid,
    and_,
    column,
    func,
    select,
    update,
    values,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from db.models import Feedback, Model, Run, User
from db.repositories.review import ReviewRepository
from db.repositories.review_order import Place, place_of
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

_BATCH = 16
"""So many candidates are looked at together for one that nobody is just taking."""


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

    def place(self, order: str, feedback_id: UUID) -> Place | None:
        """Where the row stands in this order, be it of the criteria or not."""
        row = self._session.get(Feedback, feedback_id)
        return None if row is None else place_of(order, row)

    def next_open(
        self,
        criteria: Criteria,
        reviewer_id: UUID,
        order: str,
        *,
        after: Place | None,
        but: UUID | None,
    ) -> Feedback | None:
        """The next row of the criteria that is nobody's, or the reviewer's own; held. Not `but`.

        Rows that somebody is just taking are passed over.
        """
        asked = {**criteria, "free_to": reviewer_id}
        review = ReviewRepository(self._session)
        others = () if but is None else (Feedback.id != but,)
        while ids := review.ids(asked, _BATCH, order=order, after=after):
            query = (
                select(Feedback)
                .where(Feedback.id.in_(ids), *others, *where_feedback(asked))
                .order_by(func.array_position(array(ids), Feedback.id))
                .limit(1)
                .with_for_update(of=Feedback, skip_locked=True)
            )
            row = self._session.scalar(query, execution_options={"populate_existing": True})
            if row is not None:
                return row
            after = self.place(order, ids[-1])
            if after is None:
                break
        return None

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
