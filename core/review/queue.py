"""The triage queue: what is new of a filter, handed out so that no two get the same."""

from dataclasses import replace
from uuid import UUID

from core.feedback.types import ReviewStatus
from core.permissions import Actor, Permission
from core.review.criteria import criteria_of
from core.review.rows import as_row
from core.review.triage_changes import write
from core.review.triage_types import Claimed
from core.review.types import FeedbackFilter
from db.repositories.events import EventRepository
from db.repositories.review import ReviewRepository
from db.repositories.review_sql import Criteria
from db.repositories.triage import TriageRepository
from db.session import Database

MOST_COUNTED = 10_000


class Queue:
    def __init__(self, database: Database) -> None:
        self.database = database

    def claim(
        self,
        actor: Actor,
        filter: FeedbackFilter,
        sort: str = "newest",
        after: UUID | None = None,
    ) -> Claimed | None:
        """Take the next new rating that the filter lets through and nobody else has taken.

        Behind `after` first, then from the start of the order; None where none is left. Of two
        who claim at the same time each gets another one.
        """
        actor.require(Permission.REVIEW)
        criteria = _open(filter)
        with self.database.unit_of_work() as session:
            triage = TriageRepository(session)
            row = triage.next_open(criteria, actor.user_id, sort, after)
            if row is None and after is not None:
                row = triage.next_open(criteria, actor.user_id, sort)
            if row is None:
                return None
            taken = row.assignee_id is None
            if taken:
                wanted = {row.id: (row, {"assignee_id": actor.user_id})}
                write(triage, EventRepository(session), actor, wanted)
            left = triage.count_open(criteria, MOST_COUNTED + 1)
            found = ReviewRepository(session).row(row.id)
        return None if found is None else Claimed(as_row(found), taken, left)

    def left(self, actor: Actor, filter: FeedbackFilter) -> int:
        """How many of the filter are new, whoever has them; at most `MOST_COUNTED` + 1."""
        actor.require(Permission.REVIEW)
        with self.database.unit_of_work() as session:
            return TriageRepository(session).count_open(_open(filter), MOST_COUNTED + 1)


def _open(filter: FeedbackFilter) -> Criteria:
    """Of the filter, whatever it says of the status, what is new."""
    return criteria_of(replace(filter, status=ReviewStatus.NEW))
