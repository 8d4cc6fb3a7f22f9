"""Runs that reviewers ask others to rate."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from db.models import Feedback, RatingRequest, Run, User

__all__ = ["AskedRow", "CandidateRow", "RatingRequest", "RequestRepository", "RequestRow"]

_PROMPT_CHARS = 300


class AskedRow(NamedTuple):
    run_id: UUID
    task: str
    prompt: str
    asked_at: datetime
    rating: int | None


class RequestRow(NamedTuple):
    run_id: UUID
    user_id: UUID
    username: str
    asked_by: str
    asked_at: datetime
    task: str
    prompt: str
    reference: int | None
    rating: int | None
    feedback_id: UUID | None


class CandidateRow(NamedTuple):
    user_id: UUID
    username: str
    role: str
    asked: bool
    rating: int | None


class RequestRepository:
    """Prompts are cut to their beginning, as these are lists."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, rows: Sequence[dict[str, Any]]) -> None:
        """Add requests; one that is there takes the new reference."""
        new = insert(RatingRequest).values(list(rows))
        self._session.execute(
            new.on_conflict_do_update(
                index_elements=["run_id", "user_id"], set_={"reference": new.excluded.reference}
            )
        )

    def remove(self, run_id: UUID, user_id: UUID) -> RatingRequest | None:
        """Delete a request and return it as it was; None where there is none."""
        return self._session.scalar(
            delete(RatingRequest)
            .where(RatingRequest.run_id == run_id, RatingRequest.user_id == user_id)
            .returning(RatingRequest)
        )

    def asked_of(self, user_id: UUID, limit: int, *, waiting: bool) -> list[AskedRow]:
        """What `user_id` is asked to rate, newest first: what waits, or what is rated."""
        rows = self._session.execute(
            select(
                RatingRequest.run_id,
                Run.task,
                func.left(Run.prompt, _PROMPT_CHARS),
                RatingRequest.created_at,
                Feedback.rating,
            )
            .join(Run, Run.id == RatingRequest.run_id)
            .outerjoin(Feedback, _given())
            .where(
                RatingRequest.user_id == user_id,
                Feedback.id.is_(None) if waiting else Feedback.id.is_not(None),
            )
            .order_by(RatingRequest.created_at.desc(), RatingRequest.run_id.desc())
            .limit(limit)
        )
        return [AskedRow(*row) for row in rows]

    def of_run(self, run_id: UUID) -> list[RequestRow]:
        """By the names of those who are asked."""
        asked = _requests().where(RatingRequest.run_id == run_id)
        rows = self._session.execute(asked.order_by(func.lower(User.username)))
        return [RequestRow(*row) for row in rows]

    def anchors(self, limit: int) -> list[RequestRow]:
        """Requests with a reference, newest first."""
        anchors = _requests().where(RatingRequest.reference.is_not(None))
        newest = anchors.order_by(
            RatingRequest.created_at.desc(), RatingRequest.run_id, RatingRequest.user_id
        )
        return [RequestRow(*row) for row in self._session.execute(newest.limit(limit))]

    def candidates(self, run_id: UUID, roles: Sequence[str]) -> list[CandidateRow]:
        """Active people of these roles, by name."""
        rows = self._session.execute(
            select(
                User.id,
                User.username,
                User.role,
                RatingRequest.run_id.is_not(None),
                Feedback.rating,
            )
            .outerjoin(
                RatingRequest,
                and_(RatingRequest.run_id == run_id, RatingRequest.user_id == User.id),
            )
            .outerjoin(Feedback, and_(Feedback.run_id == run_id, Feedback.user_id == User.id))
            .where(User.active, User.role.in_(roles))
            .order_by(func.lower(User.username))
        )
        return [CandidateRow(*row) for row in rows]


def _requests() -> Select[*tuple[Any, ...]]:
    asking = aliased(User)
    return (
        select(
            RatingRequest.run_id,
            RatingRequest.user_id,
            User.username,
            asking.username,
            RatingRequest.created_at,
            Run.task,
            func.left(Run.prompt, _PROMPT_CHARS),
            RatingRequest.reference,
            Feedback.rating,
            Feedback.id,
        )
        .join(User, User.id == RatingRequest.user_id)
        .join(asking, asking.id == RatingRequest.asked_by)
        .join(Run, Run.id == RatingRequest.run_id)
        .outerjoin(Feedback, _given())
    )


def _given() -> Any:
    return and_(Feedback.run_id == RatingRequest.run_id, Feedback.user_id == RatingRequest.user_id)
