"""The triage queue: what is new of a filter, handed out so that no two get the same."""

from dataclasses import replace
from uuid import UUID

from core.feedback.types import ReviewStatus
from core.permissions import Actor, Permission
from core.review.criteria import criteria_of
from core.review.rows import as_row
from core.review.service import MAX_COUNTED
from core.review.triage_audit import note
from core.review.triage_changes import write
from core.review.triage_types import Claimed
from core.review.types import FeedbackFilter, Sort, Total
from db.repositories.events import EventRepository
from db.repositories.review import ReviewRepository
from db.repositories.review_sql import Criteria
from db.repositories.triage import TriageRepository
from db.session import Database


class Queue:
    def __init__(self, database: Database) -> None:
        self.database = database

    def claim(
        self,
        actor: Actor,
        filter: FeedbackFilter,
        sort: Sort = Sort.NEWEST,
        after: UUID | None = None,
    ) -> Claimed | None:
        """Take the next new rating that the filter lets through and nobody else has taken.

        Behind `after` first, then from the start of the order; None where no other is left. Of two
        who claim at the same time each gets another one.
        """
        actor.require(Permission.REVIEW)
        criteria = _open(filter)
        with self.database.unit_of_work() as session:
            triage = TriageRepository(session)
            place = None if after is None else triage.place(sort, after)
            me = actor.user_id
            row = triage.next_open(criteria, me, sort, after=place, but=after)
            if row is None and place is not None:
                row = triage.next_open(criteria, me, sort, after=None, but=after)
            if row is None:
                return None
            taken = row.assignee_id is None
            if taken:
                wanted = {row.id: (row, {"assignee_id": actor.user_id})}
                note(session, actor, wanted, write(triage, EventRepository(session), actor, wanted))
            review = ReviewRepository(session)
            left, found = review.count(criteria, MAX_COUNTED + 1), review.row(row.id)
        return None if found is None else Claimed(as_row(found), taken, _total(left))

    def left(self, actor: Actor, filter: FeedbackFilter) -> Total:
        """How many of the filter are new, whoever has them; counted to `MAX_COUNTED` at most."""
        actor.require(Permission.REVIEW)
        with self.database.unit_of_work() as session:
            return _total(ReviewRepository(session).count(_open(filter), MAX_COUNTED + 1))


def _total(counted: int) -> Total:
    return Total(min(counted, MAX_COUNTED), more=counted > MAX_COUNTED)


def _open(filter: FeedbackFilter) -> Criteria:
    """Of the filter, whatever it says of the status, what is new."""
    return criteria_of(replace(filter, status=ReviewStatus.NEW))
