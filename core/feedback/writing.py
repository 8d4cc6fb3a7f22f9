"""One person's rating of one run, written with its history inside a unit of work."""

import hashlib
import json
from dataclasses import astuple
from datetime import datetime
from uuid import UUID

from core.errors import Conflict, NotFound
from core.feedback.history import (
    Fields,
    everything,
    kept_fields,
    record,
    reopened_fields,
    said_fields,
    verdict_counts,
)
from core.feedback.judging import Judging, judgement_of
from core.feedback.types import Action, Said
from core.ids import new_id
from db.repositories.events import EventRepository
from db.repositories.feedback import SAID, Feedback, FeedbackRepository
from db.repositories.runs import ImageRepository, Run
from db.repositories.verdicts import VerdictRepository


class RatingWriter:
    """Changes of one rating, and of its verdicts, pass one after the other until commit."""

    def __init__(
        self,
        feedback: FeedbackRepository,
        verdicts: VerdictRepository,
        events: EventRepository,
        run_id: UUID,
        user_id: UUID,
    ) -> None:
        self._feedback, self._verdicts, self._events = feedback, verdicts, events
        self._run_id, self._user_id = run_id, user_id
        verdicts.lock(run_id, user_id)
        kept = feedback.hold(run_id, user_id)
        self._said_at = None if kept is None else kept.said_at
        self._before: Fields = {} if kept is None else said_fields(kept)
        self._review: Fields = {} if kept is None else reopened_fields(kept)

    def withdrawn_since(self, at: datetime) -> bool:
        if self._said_at is not None:
            return False
        gone = self._events.withdrawn(self._run_id, self._user_id)
        return gone is not None and gone.created_at > at

    def put(
        self, run: Run, given: Said, at: datetime, asked: bytes, images: ImageRepository
    ) -> tuple[Feedback, bool]:
        """The row, and whether it is new; what was said later than `at` is left as it is.

        Parameters
        ----------
        given : checked, but for its verdicts.
        asked : the request's hash, kept with its key.
        """
        before: Fields = dict(self._before)
        after: Fields = {}
        if given.boxes is not None or given.missed is not None:
            before["boxes"] = self._verdict_counts()
            judging = Judging(self._verdicts, images, run, self._user_id, at)
            if self._said_at is None or self._said_at <= at:
                judging.replace(given.boxes, given.missed)
            after["boxes"] = self._verdict_counts()
        row, created = self._feedback.put(
            {"id": new_id(), "run_id": run.id, "user_id": self._user_id}
            | {"model_id": run.model_id, "task": run.task}
            | {"created_at": at, "updated_at": at, "said_at": at}
            | {name: getattr(given, name) for name in SAID}
            | {"tags": list(given.tags), "idempotency_key": given.key}
            | {"request_hash": asked if given.key else None}
        )
        if created:
            self._record(row, Action.RATED, {}, said_fields(row) | after, at)
        else:
            before, after = before | self._review, after | reopened_fields(row)
            self._record(row, Action.CHANGED, before, said_fields(row) | after, at)
        return row, created

    def remove(self, at: datetime) -> Feedback:
        """Raises `NotFound` where there is no rating."""
        row = self._feedback.remove(self._run_id, self._user_id)
        if row is None:
            raise NotFound("You have not rated this run; there is nothing to withdraw.")
        self._record(row, Action.WITHDRAWN, everything(row), {}, at)
        return row

    def put_back(self, run: Run, at: datetime) -> Feedback:
        """The rating last withdrawn, in every field as it was.

        Raises
        ------
        NotFound : none was withdrawn.
        Conflict : the run was rated again since.
        """
        gone = self._events.withdrawn(run.id, self._user_id)
        if gone is None or gone.before is None:
            raise NotFound("You have withdrawn no rating of this run; rate it anew.")
        if self._said_at is not None:
            raise Conflict("You have rated this run again since; that rating stands.")
        row = self._feedback.add(
            {"id": gone.feedback_id, "run_id": run.id, "user_id": self._user_id}
            | {"model_id": run.model_id, "task": run.task, "updated_at": at, "said_at": at}
            | kept_fields(gone.before)
        )
        self._record(row, Action.RATED, {}, said_fields(row), at)
        return row

    def _verdict_counts(self) -> dict[str, int]:
        return verdict_counts(judgement_of(self._verdicts, self._run_id, self._user_id))

    def _record(
        self, row: Feedback, action: Action, before: Fields, after: Fields, at: datetime
    ) -> None:
        record(self._events, row, self._user_id, action, before, after, at)


def request_hash(given: Said) -> bytes:
    """What tells one request under an idempotency key from another; SHA-256.

    What is left out adds nothing, so that hashes stay as they were before it could be given.
    """
    request: list[object] = [str(given.run_id), given.rating, given.tags, given.comment]
    if given.boxes is not None or given.missed is not None:
        boxes, missed = given.boxes, given.missed
        request += [
            None if boxes is None else [(each.index, each.verdict) for each in boxes],
            None if missed is None else [(each.label, astuple(each.box)) for each in missed],
        ]
    for name in ("failed_step", "corrected_text"):
        value = getattr(given, name)
        if value is not None:
            request.append({name: value})
    return hashlib.sha256(json.dumps(request).encode()).digest()
