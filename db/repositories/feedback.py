"""Ratings: one row for each person and run."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, case, delete, func, literal_column, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.models import Feedback
from db.repositories.verdicts import VerdictRepository

__all__ = ["SAID", "Feedback", "FeedbackRepository"]

SAID = ("rating", "tags", "comment", "failed_step", "corrected_text")
"""What whoever rated says."""
_LAST = 300
"""Ratings that a person's usual tags are read from."""


class FeedbackRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def lock_key(self, user_id: UUID, key: str) -> None:
        """Let submits with the same idempotency key pass one after the other, until commit."""
        self._session.execute(
            text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"),
            {"name": f"feedback {user_id} {key}"},
        )

    def by_key(self, user_id: UUID, key: str) -> Feedback | None:
        return self._session.scalar(
            select(Feedback).where(Feedback.user_id == user_id, Feedback.idempotency_key == key)
        )

    def own(self, run_id: UUID, user_id: UUID) -> Feedback | None:
        return self._session.scalar(
            select(Feedback).where(Feedback.run_id == run_id, Feedback.user_id == user_id)
        )

    def hold(self, run_id: UUID, user_id: UUID) -> Feedback | None:
        """The row as it is, held until the transaction ends."""
        return self._session.scalar(
            select(Feedback)
            .where(Feedback.run_id == run_id, Feedback.user_id == user_id)
            .with_for_update()
        )

    def get(self, feedback_id: UUID) -> Feedback | None:
        return self._session.get(Feedback, feedback_id)

    def put(self, values: dict[str, Any]) -> tuple[Feedback, bool]:
        """Insert, or change the row of the same run and user in one statement.

        What was said later than `values` stays, and is returned. What reviewers were done with is
        new to them again once something else is said. An equal repeat leaves
        `updated_at` alone, and a change without an idempotency key keeps the one before, so that
        a late repeat of that one is still known. The flag says whether the row is new: an
        inserted row has no previous version, so its `xmax` is 0.

        What the person says of the run's boxes meanwhile waits: the row carries a copy of it.
        """
        VerdictRepository(self._session).lock(values["run_id"], values["user_id"])
        new = insert(Feedback).values(values)
        said = [Feedback.__table__.c[name] for name in SAID]
        proposed = [new.excluded[name] for name in SAID]
        differs = tuple_(*said).is_distinct_from(tuple_(*proposed))
        keyed = new.excluded.idempotency_key.is_not(None)
        put = new.on_conflict_do_update(
            index_elements=["run_id", "user_id"],
            set_={
                **dict(zip(SAID, proposed, strict=True)),
                "idempotency_key": func.coalesce(
                    new.excluded.idempotency_key, Feedback.idempotency_key
                ),
                "request_hash": case(
                    (keyed, new.excluded.request_hash), else_=Feedback.request_hash
                ),
                "updated_at": case((differs, func.clock_timestamp()), else_=Feedback.updated_at),
                "review_status": case((differs, "new"), else_=Feedback.review_status),
                "fixed_in": case((differs, None), else_=Feedback.fixed_in),
                "said_at": new.excluded.said_at,
            },
            where=Feedback.said_at <= new.excluded.said_at,
        )
        found = self._session.execute(
            put.returning(Feedback, literal_column("(feedback.xmax = 0)", Boolean)),
            execution_options={"populate_existing": True},
        ).one_or_none()
        if found is None:
            return self._session.scalars(
                select(Feedback).where(
                    Feedback.run_id == values["run_id"], Feedback.user_id == values["user_id"]
                )
            ).one(), False
        row, created = found
        return row, created

    def add(self, values: dict[str, Any]) -> Feedback:
        """Insert a row; there must be none of the same run and user."""
        return self._session.scalars(insert(Feedback).values(values).returning(Feedback)).one()

    def frequent_tags(
        self, user_id: UUID, task: str, but: Collection[str], limit: int
    ) -> Sequence[str]:
        """The tags most used in the user's last ratings, however many they gave in all."""
        last = (
            select(Feedback.task, Feedback.tags)
            .where(Feedback.user_id == user_id)
            .order_by(Feedback.created_at.desc(), Feedback.id.desc())
            .limit(_LAST)
            .subquery()
        )
        used = select(func.unnest(last.c.tags).label("tag")).where(last.c.task == task).subquery()
        return self._session.scalars(
            select(used.c.tag)
            .where(used.c.tag.not_in(but))
            .group_by(used.c.tag)
            .order_by(func.count().desc(), used.c.tag)
            .limit(limit)
        ).all()

    def remove(self, run_id: UUID, user_id: UUID) -> Feedback | None:
        """Delete the row and return it as it was; None where there is none."""
        return self._session.scalar(
            delete(Feedback)
            .where(Feedback.run_id == run_id, Feedback.user_id == user_id)
            .returning(Feedback)
        )
