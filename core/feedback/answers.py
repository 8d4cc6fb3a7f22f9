"""What reviewers tell those who rated."""

from collections.abc import Iterable

from core.errors import Invalid
from core.feedback.types import OwnComment, ReviewStatus
from core.permissions import Actor, Permission
from core.runs.types import Task
from db.repositories.triage import OwnComment as OwnRow
from db.repositories.triage import TriageRepository
from db.session import Database

MAX_ANSWERS = 50


class Answers:
    def __init__(self, database: Database) -> None:
        self.database = database

    def answers(self, actor: Actor, limit: int = 5) -> tuple[OwnComment, ...]:
        """The actor's own ratings that were answered, the newest answer first."""
        actor.require(Permission.RATE)
        _check_limit(limit)
        with self.database.unit_of_work() as session:
            return _comments(TriageRepository(session).answered(actor.user_id, limit))

    def unanswered(self, actor: Actor, limit: int = 5) -> tuple[OwnComment, ...]:
        """The actor's own comments that nobody has answered yet, the newest first."""
        actor.require(Permission.RATE)
        _check_limit(limit)
        with self.database.unit_of_work() as session:
            return _comments(TriageRepository(session).unanswered(actor.user_id, limit))


def _comments(rows: Iterable[OwnRow]) -> tuple[OwnComment, ...]:
    return tuple(
        OwnComment(
            feedback_id=row.id,
            run_id=row.run_id,
            task=Task(row.task),
            prompt=prompt,
            rating=row.rating,
            comment=row.comment,
            review_status=ReviewStatus(row.review_status),
            fixed_in=row.fixed_in,
            answer=row.answer,
            answered_at=row.answered_at,
            created_at=row.created_at,
        )
        for row, prompt in rows
    )


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= MAX_ANSWERS:
        raise Invalid(
            f"limit is {limit}; it must be from 1 to {MAX_ANSWERS}.",
            facts={"min": 1, "max": MAX_ANSWERS},
        )
