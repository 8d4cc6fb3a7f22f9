"""What a reviewer wants to know of a rating beside the rating itself."""

from collections.abc import Iterable
from uuid import UUID

from core.feedback.service import as_feedback
from core.feedback.types import Feedback
from core.permissions import Actor, Permission
from core.review.criteria import criteria_of
from core.review.rows import unknown
from core.review.triage_changes import may_review
from core.review.types import FeedbackFilter, Sort
from db.repositories.review import ReviewRepository
from db.repositories.triage import TriageRepository
from db.session import Database


class Looking:
    def __init__(self, database: Database) -> None:
        self.database = database

    def beside(
        self, actor: Actor, filter: FeedbackFilter, sort: Sort, feedback_id: UUID
    ) -> tuple[UUID | None, UUID | None]:
        """The ratings before and behind one in the table's order; None at its ends."""
        actor.require(Permission.REVIEW)
        criteria = criteria_of(filter)
        with self.database.unit_of_work() as session:
            place = TriageRepository(session).place(sort, feedback_id)
            if place is None:
                return None, None
            review = ReviewRepository(session)
            before, behind = (
                review.ids(criteria, 1, order=sort, after=place, forward=forward)
                for forward in (False, True)
            )
        return next(iter(before), None), next(iter(behind), None)

    def reviewers(self, actor: Actor) -> tuple[str, ...]:
        """Who can be asked to look into a rating, by name."""
        actor.require(Permission.REVIEW)
        with self.database.unit_of_work() as session:
            return tuple(name for _, name in may_review(TriageRepository(session)))

    def names(self, actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
        """What users are called, such as those that a history names."""
        actor.require(Permission.REVIEW)
        with self.database.unit_of_work() as session:
            return TriageRepository(session).names(list(ids))

    def revisions(self, actor: Actor, feedback_id: UUID) -> tuple[str, ...]:
        """The revisions known of the model that was rated, the newest first."""
        actor.require(Permission.REVIEW)
        with self.database.unit_of_work() as session:
            found = ReviewRepository(session).row(feedback_id)
            if found is None:
                raise unknown(feedback_id)
            return tuple(TriageRepository(session).revisions(found.feedback.model_id))

    def ratings(self, actor: Actor, run_id: UUID) -> dict[UUID, Feedback]:
        """Every rating of a run, by who gave it."""
        actor.require(Permission.REVIEW)
        with self.database.unit_of_work() as session:
            found = ReviewRepository(session).ratings_of(run_id)
        return {row.user_id: as_feedback(row) for _, row in found}
