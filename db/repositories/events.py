"""What happened to ratings: a row for each change, written in the transaction of the change."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.base import Json
from db.models import Feedback, FeedbackEvent, User

__all__ = ["EventRepository", "FeedbackEvent", "FoundEvent"]


class FoundEvent(NamedTuple):
    event: FeedbackEvent
    actor: str
    """The name of whoever made the change."""


class EventRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        *,
        id: UUID,
        feedback: Feedback,
        actor_id: UUID,
        action: str,
        before: Json | None,
        after: Json | None,
        at: datetime,
    ) -> FeedbackEvent:
        """`before` and `after` hold the fields that changed; whatever JSON holds may stand there.

        Ids grow with time, so that the order of ids is the order of changes; `at` is when it was
        said, which may be earlier than when it was written.
        """
        event = FeedbackEvent(
            id=id,
            feedback_id=feedback.id,
            run_id=feedback.run_id,
            rater_id=feedback.user_id,
            actor_id=actor_id,
            action=action,
            before=before,
            after=after,
            created_at=at,
        )
        self._session.add(event)
        self._session.flush()
        return event

    def of(self, run_id: UUID, rater_id: UUID | None = None) -> list[FoundEvent]:
        """All that happened to one person's rating of a run, or to everybody's; oldest first.

        A rating that was withdrawn and given again has one history.
        """
        mine = () if rater_id is None else (FeedbackEvent.rater_id == rater_id,)
        rows = self._session.execute(
            select(FeedbackEvent, User.username)
            .join(User, User.id == FeedbackEvent.actor_id)
            .where(FeedbackEvent.run_id == run_id, *mine)
            .order_by(FeedbackEvent.id)
        )
        return [FoundEvent(*row) for row in rows]

    def withdrawn(self, run_id: UUID, rater_id: UUID) -> FeedbackEvent | None:
        """The last withdrawal of that person's rating of that run."""
        return self._session.scalar(
            select(FeedbackEvent)
            .where(
                FeedbackEvent.run_id == run_id,
                FeedbackEvent.rater_id == rater_id,
                FeedbackEvent.action == "withdrawn",
            )
            .order_by(FeedbackEvent.id.desc())
            .limit(1)
        )
