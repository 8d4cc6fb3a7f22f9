"""Triage: who looks into a rating, what came of it, and what whoever rated is told.

Every change is made against what its author has seen, and is kept in the rating's history and in
the audit log.
"""

from collections.abc import Mapping, Sequence, Sized
from datetime import datetime
from uuid import UUID

from core.errors import Invalid
from core.feedback.answers import Answers
from core.permissions import Actor, Permission
from core.review.looking import Looking
from core.review.queue import Queue
from core.review.rows import as_row, unknown
from core.review.triage_audit import note
from core.review.triage_changes import (
    assignee_of,
    checked_changes,
    differences,
    effect,
    write,
)
from core.review.triage_types import (
    Before,
    BulkResult,
    ChangedMeanwhile,
    Changes,
    Difference,
)
from core.review.types import FeedbackRow
from db.repositories.events import EventRepository, FoundEvent
from db.repositories.review import ReviewRepository
from db.repositories.triage import TriageRepository

MAX_BULK = 200
_SAID_CHARS = 40


class TriageService(Queue, Looking, Answers):
    """Needs the right to review; one's own answers need the right to rate."""

    def review(
        self, actor: Actor, feedback_id: UUID, seen_at: datetime, changes: Changes
    ) -> FeedbackRow:
        """Change what reviewers say of a rating that is still as it was when it was looked at.

        Where all of it is said already, nothing is written.

        Parameters
        ----------
        seen_at : the `updated_at` of the rating that the change is based on.

        Raises
        ------
        Invalid : a value outside its limits, or somebody who cannot look into it.
        NotFound : no such rating, or withdrawn meanwhile.
        ChangedMeanwhile : changed since `seen_at`, with the difference; a `Conflict`.
        """
        actor.require(Permission.REVIEW)
        changes = checked_changes(changes)
        if seen_at.tzinfo is None:
            raise Invalid(
                "“seen_at” has no zone; send the rating's “updated_at” as it came.",
                facts={"field": "seen_at"},
            )
        with self.database.unit_of_work() as session:
            triage, review = TriageRepository(session), ReviewRepository(session)
            events = EventRepository(session)
            row = triage.hold([feedback_id]).get(feedback_id)
            if row is None:
                raise unknown(feedback_id)
            wanted = effect(row, changes, assignee_of(triage, changes))
            if wanted and row.updated_at != seen_at:
                since = [
                    each
                    for each in events.of(row.run_id, row.user_id)
                    if each.event.created_at > seen_at
                ]
                raise _overtaken(
                    _read(review, feedback_id), since, differences(triage, row, wanted, since)
                )
            change = {row.id: (row, wanted)}
            note(session, actor, change, write(triage, events, actor, change))
            return _read(review, feedback_id)

    def review_many(
        self, actor: Actor, seen: Mapping[UUID, datetime], changes: Changes
    ) -> BulkResult:
        """Change many ratings alike; those that are not as they were seen stay as they are.

        Parameters
        ----------
        seen : for each rating the `updated_at` that the change is based on; at most `MAX_BULK`.

        Raises
        ------
        Invalid : too many, or a value outside its limits.
        """
        actor.require(Permission.REVIEW)
        changes = checked_changes(changes)
        _check_number(seen)
        with self.database.unit_of_work() as session:
            triage = TriageRepository(session)
            assignee = assignee_of(triage, changes)
            rows = triage.hold(seen.keys())
            wanted = {
                id: (row, effect(row, changes, assignee))
                for id, row in rows.items()
                if row.updated_at == seen[id]
            }
            undo = write(triage, EventRepository(session), actor, wanted)
            note(session, actor, wanted, undo)
        return BulkResult(len(undo), len(rows) - len(wanted), len(seen) - len(rows), undo)

    def undo(self, actor: Actor, undo: Mapping[UUID, Before]) -> BulkResult:
        """Put ratings back as they were before a change, unless they were changed again."""
        actor.require(Permission.REVIEW)
        _check_number(undo)
        with self.database.unit_of_work() as session:
            triage = TriageRepository(session)
            rows = triage.hold(undo.keys())
            wanted = {
                id: (row, dict(undo[id].values))
                for id, row in rows.items()
                if row.updated_at == undo[id].changed_at
            }
            done = write(triage, EventRepository(session), actor, wanted)
            note(session, actor, wanted, done)
        return BulkResult(len(done), len(rows) - len(wanted), len(undo) - len(rows), done)


def _read(review: ReviewRepository, feedback_id: UUID) -> FeedbackRow:
    found = review.row(feedback_id)
    if found is None:
        raise unknown(feedback_id)
    return as_row(found)


def _overtaken(
    now: FeedbackRow, since: Sequence[FoundEvent], differing: tuple[Difference, ...]
) -> ChangedMeanwhile:
    by = tuple(dict.fromkeys(each.actor for each in since))
    whom = f" by {', '.join(by)}" if by else ""
    return ChangedMeanwhile(
        f"This rating was changed{whom} while you looked at it; nothing was written. "
        f"Look at the difference, then decide. {'; '.join(map(_said, differing))}".rstrip(),
        now,
        by,
        differing,
    )


def _said(each: Difference) -> str:
    theirs, yours = (str(value or "")[:_SAID_CHARS] for value in (each.theirs, each.yours))
    return f"{each.field}: theirs “{theirs}”, yours “{yours}”"


def _check_number(rows: Sized) -> None:
    if len(rows) > MAX_BULK:
        raise Invalid(
            f"{len(rows)} ratings at once are too many; choose at most {MAX_BULK}.",
            facts={"max": MAX_BULK},
        )
