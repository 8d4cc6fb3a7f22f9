"""Rating a run: one row for each person and run, acknowledged only once it is committed."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from uuid import UUID

from core.clock import now
from core.errors import Conflict, NotFound
from core.feedback.checks import (
    checked_comment,
    checked_failed_step,
    checked_key,
    checked_rating,
    checked_tags,
)
from core.feedback.judging import Judging, judgement_of
from core.feedback.types import (
    BoxVerdict,
    FailedStep,
    Feedback,
    MissedObject,
    Rated,
    ReviewStatus,
)
from core.generation.record import as_described
from core.ids import new_id
from core.permissions import Actor, Permission
from core.runs.access import readable_run
from core.runs.types import RunStatus
from db.repositories.feedback import Feedback as FeedbackRow
from db.repositories.feedback import FeedbackRepository
from db.repositories.runs import ImageRepository, Run, RunRepository
from db.repositories.verdicts import VerdictRepository
from db.session import Database


class FeedbackService:
    def __init__(self, database: Database) -> None:
        self._database = database

    def rate(
        self,
        actor: Actor,
        run_id: UUID,
        rating: int,
        tags: Iterable[str] = (),
        comment: str = "",
        key: str | None = None,
        boxes: Sequence[BoxVerdict] | None = None,
        missed: Sequence[MissedObject] | None = None,
        failed_step: str | None = None,
    ) -> Rated:
        """Rate a run, or change one's rating of it.

        Parameters
        ----------
        rating : 1 to 5.
        key : idempotency key; the same request under the same key is answered with the same row.
        boxes, missed : all that the actor says of a detection's boxes, in place of what was said
            before; None leaves it as it is.
        failed_step : of a report on boxes rated 1 or 2, a `FailedStep`.

        Raises
        ------
        Invalid : a value outside its limits.
        NotFound : no such run, or not the actor's to see.
        Conflict : the run is still being written, or `key` was used for another request.
        """
        actor.require(Permission.RATE)
        rating, tags = checked_rating(rating), checked_tags(tags)
        comment, key = checked_comment(comment), checked_key(key)
        asked = _request_hash(run_id, rating, tags, comment, boxes, missed, failed_step)
        with self._database.unit_of_work() as session:
            feedback, verdicts = FeedbackRepository(session), VerdictRepository(session)
            if key is not None:
                feedback.lock_key(actor.user_id, key)
                known = feedback.by_key(actor.user_id, key)
                if known is not None:
                    judged = judgement_of(verdicts, known.run_id, actor.user_id)
                    return Rated(_same_request(known, asked), created=False, judgement=judged)
            run = _rateable(RunRepository(session), actor, run_id)
            report = as_described(run.params.get("described")) is not None
            step = checked_failed_step(failed_step, rating, report=report)
            at = now()
            row, created = feedback.put(
                {"run_id": run.id, "model_id": run.model_id, "task": run.task}
                | {"id": new_id(), "user_id": actor.user_id, "created_at": at, "updated_at": at}
                | {"said_at": at, "rating": rating, "tags": list(tags), "comment": comment}
                | {"failed_step": step}
                | {"idempotency_key": key, "request_hash": asked if key else None}
            )
            if boxes is not None or missed is not None:
                judging = Judging(verdicts, ImageRepository(session), run, actor.user_id)
                judging.replace(boxes, missed)
            judged = judgement_of(verdicts, run.id, actor.user_id)
        return Rated(as_feedback(row), created, judged)

    def own(self, actor: Actor, run_id: UUID) -> Feedback | None:
        """The actor's own rating of a run; None where there is none."""
        actor.require(Permission.RATE)
        with self._database.unit_of_work() as session:
            row = FeedbackRepository(session).own(run_id, actor.user_id)
        return None if row is None else as_feedback(row)

    def withdraw(self, actor: Actor, run_id: UUID) -> Feedback:
        """Delete the actor's own rating and return it as it was, so that it can be given again.

        Raises
        ------
        NotFound : there is none.
        """
        actor.require(Permission.RATE)
        with self._database.unit_of_work() as session:
            row = FeedbackRepository(session).remove(run_id, actor.user_id)
        if row is None:
            raise NotFound("You have not rated this run; there is nothing to withdraw.")
        return as_feedback(row)


def as_feedback(row: FeedbackRow) -> Feedback:
    return Feedback(
        id=row.id,
        run_id=row.run_id,
        user_id=row.user_id,
        rating=row.rating,
        tags=tuple(row.tags),
        comment=row.comment,
        review_status=ReviewStatus(row.review_status),
        created_at=row.created_at,
        updated_at=row.updated_at,
        failed_step=None if row.failed_step is None else FailedStep(row.failed_step),
        fixed_in=row.fixed_in,
        answer=row.answer,
        answered_at=row.answered_at,
    )


def _rateable(runs: RunRepository, actor: Actor, run_id: UUID) -> Run:
    """The run, once it is sure that the actor may rate it now."""
    run, _ = readable_run(runs, actor, run_id)
    if run.status == RunStatus.RUNNING:
        raise Conflict(
            "This run is still being written; stop it or wait for its end, then rate it.",
            facts={"status": run.status},
        )
    return run


def _same_request(row: FeedbackRow, asked: bytes) -> Feedback:
    if row.request_hash != asked:
        raise Conflict(
            "This idempotency key was used for another rating; use a new key for a new request.",
            facts={"run_id": str(row.run_id)},
        )
    return as_feedback(row)


def _request_hash(
    run_id: UUID,
    rating: int,
    tags: tuple[str, ...],
    comment: str,
    boxes: Sequence[BoxVerdict] | None,
    missed: Sequence[MissedObject] | None,
    failed_step: str | None,
) -> bytes:
    request: list[object] = [str(run_id), rating, tags, comment]
    if boxes is not None or missed is not None:  # without both, the hash is as it always was
        request += [
            None if boxes is None else [(each.index, each.verdict) for each in boxes],
            None if missed is None else [(each.label, astuple(each.box)) for each in missed],
        ]
    if failed_step is not None:
        request.append({"failed_step": failed_step})
    return hashlib.sha256(json.dumps(request).encode()).digest()
