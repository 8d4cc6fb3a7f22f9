"""Rating a run: one row for each person and run, acknowledged only once it is committed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from core.clock import now
from core.errors import Conflict, NotFound
from core.feedback.checks import checked, checked_correction, checked_failed_step
from core.feedback.history import as_happenings
from core.feedback.judging import judgement_of
from core.feedback.types import (
    SUGGESTED_TAGS,
    BoxVerdict,
    FailedStep,
    Feedback,
    Happening,
    MissedObject,
    Rated,
    ReviewStatus,
    Said,
)
from core.feedback.writing import RatingWriter, request_hash
from core.generation.record import as_described, texts_of
from core.permissions import Actor, Permission
from core.runs.access import readable_run
from core.runs.types import RunStatus, Task
from core.signals.types import SignalKind
from db.repositories.drafts import DraftRepository
from db.repositories.erasing_people import PersonErasing
from db.repositories.events import EventRepository
from db.repositories.feedback import Feedback as FeedbackRow
from db.repositories.feedback import FeedbackRepository
from db.repositories.runs import ImageRepository, Run, RunRepository
from db.repositories.signals import SignalRepository
from db.repositories.verdicts import VerdictRepository
from db.session import Database, Session

OTHER_REQUEST = "This idempotency key was used for another rating; use a new key for a new request."
MAX_FREQUENT_TAGS = 6


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
        corrected_text: str | None = None,
    ) -> Rated:
        """Rate a run, or change one's rating of it.

        Parameters
        ----------
        rating : 1 to 5.
        key : idempotency key; the same request under the same key is answered with the same row.
        boxes, missed : all that the actor says of a detection's boxes, in place of what was said
            before; None leaves it as it is.
        failed_step : of a report on boxes rated 1 or 2, a `FailedStep`.
        corrected_text : of a generation, one of its outputs as it should have been. Left out,
            blank, or equal to an output, it says that there is nothing to correct.

        Raises
        ------
        Invalid : a value outside its limits.
        NotFound : no such run, or not the actor's to see.
        Conflict : the run is still being written, or `key` was used for another request.
        """
        said = Said(
            run_id=run_id,
            rating=rating,
            tags=tuple(tags),
            comment=comment,
            corrected_text=corrected_text,
            failed_step=failed_step,
            boxes=boxes,
            missed=missed,
            key=key,
        )
        return self.said_now(actor, said, now())

    def said_now(self, actor: Actor, said: Said, at: datetime) -> Rated:
        """`rate`, of what is said as one at the time `at`, which is now; raises the same."""
        rated = self.say(actor, said, at)
        if rated is None:
            raise Conflict("You have just withdrawn your rating of this run; rate it again.")
        return rated

    def say(self, actor: Actor, said: Said, at: datetime) -> Rated | None:
        """`rate`, of what was said at the time `at`, perhaps a while ago; raises the same.

        What was said or judged later stays, and is returned; None where the actor withdrew the
        rating later.
        """
        actor.require(Permission.RATE)
        said = checked(said)
        asked = request_hash(said)
        with self._database.unit_of_work() as session:
            feedback, verdicts = FeedbackRepository(session), VerdictRepository(session)
            if said.key is not None:
                feedback.lock_key(actor.user_id, said.key)
                known = feedback.by_key(actor.user_id, said.key)
                if known is not None:
                    judged = judgement_of(verdicts, known.run_id, actor.user_id)
                    return Rated(_same_request(known, asked), created=False, judgement=judged)
            run = _rateable(RunRepository(session), actor, said.run_id)
            said = _fitting(run, said)
            writer = _writer(session, run.id, actor.user_id)
            if writer.withdrawn_since(at):
                return None
            row, created = writer.put(run, said, at, asked, ImageRepository(session))
            DraftRepository(session).remove(run.id, actor.user_id, until=at)
            if created and run.user_id == actor.user_id:
                SignalRepository(session).remove(run.id, SignalKind.ABANDONED)
            judged = judgement_of(verdicts, run.id, actor.user_id)
        return Rated(as_feedback(row), created, judged)

    def spoke_since(self, user_id: UUID, run_id: UUID, at: datetime) -> bool:
        """Whether this person rated the run later than `at`, or withdrew their rating."""
        with self._database.unit_of_work() as session:
            row = FeedbackRepository(session).own(run_id, user_id)
            if row is not None:
                return row.said_at > at
            gone = EventRepository(session).withdrawn(run_id, user_id)
            return gone is not None and gone.created_at > at

    def is_erased(self, user_id: UUID) -> bool:
        """Whether all that this person wrote was removed, so that nothing of it is kept."""
        with self._database.unit_of_work() as session:
            return PersonErasing(session).is_erased(user_id)

    def own(self, actor: Actor, run_id: UUID) -> Feedback | None:
        """The actor's own rating of a run; None where there is none."""
        actor.require(Permission.RATE)
        with self._database.unit_of_work() as session:
            row = FeedbackRepository(session).own(run_id, actor.user_id)
        return None if row is None else as_feedback(row)

    def withdraw(self, actor: Actor, run_id: UUID) -> Feedback:
        """Delete the actor's own rating and return it as it was; its history stays.

        Raises
        ------
        NotFound : there is none.
        """
        actor.require(Permission.RATE)
        with self._database.unit_of_work() as session:
            at = now()
            row = _writer(session, run_id, actor.user_id).remove(at)
            DraftRepository(session).remove(run_id, actor.user_id, until=at)
        return as_feedback(row)

    def put_back(self, actor: Actor, run_id: UUID) -> Feedback:
        """Give the rating that the actor withdrew last again, in every part as it was.

        Raises
        ------
        NotFound : none was withdrawn, or the run is not the actor's to see any more.
        Conflict : the run was rated again since.
        """
        actor.require(Permission.RATE)
        with self._database.unit_of_work() as session:
            run = _rateable(RunRepository(session), actor, run_id)
            row = _writer(session, run.id, actor.user_id).put_back(run, now())
        return as_feedback(row)

    def frequent_tags(self, actor: Actor, task: Task) -> tuple[str, ...]:
        """The tags that the actor has used most of late on runs of `task`, the suggested left out.

        The most used come first.
        """
        actor.require(Permission.RATE)
        with self._database.unit_of_work() as session:
            return tuple(
                FeedbackRepository(session).frequent_tags(
                    actor.user_id, task, SUGGESTED_TAGS[task], MAX_FREQUENT_TAGS
                )
            )

    def own_history(self, actor: Actor, run_id: UUID) -> tuple[Happening, ...]:
        """What happened to the actor's own rating of a run, oldest first; withdrawn ones too."""
        actor.require(Permission.RATE)
        with self._database.unit_of_work() as session:
            found = EventRepository(session).of(run_id, actor.user_id)
        return as_happenings(found, actor.user_id, reviewer=actor.may(Permission.REVIEW))

    def history(self, actor: Actor, feedback_id: UUID) -> tuple[Happening, ...]:
        """The same of anybody's rating, to a reviewer; of one's own, to whoever gave it.

        Raises
        ------
        NotFound : there is no such rating, or it is somebody else's.
        """
        actor.require(Permission.RATE)
        reviewer = actor.may(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            row = FeedbackRepository(session).get(feedback_id)
            if row is None or (row.user_id != actor.user_id and not reviewer):
                raise NotFound(
                    "There is no such rating; it may have been withdrawn.",
                    facts={"feedback_id": str(feedback_id)},
                )
            found = EventRepository(session).of(row.run_id, row.user_id)
        return as_happenings(found, actor.user_id, reviewer=reviewer)


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
        corrected_text=row.corrected_text,
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


def _writer(session: Session, run_id: UUID, user_id: UUID) -> RatingWriter:
    return RatingWriter(
        FeedbackRepository(session),
        VerdictRepository(session),
        EventRepository(session),
        run_id,
        user_id,
    )


def _fitting(run: Run, said: Said) -> Said:
    """`said`, once it is sure that this can be said of such a run."""
    report = as_described(run.params.get("described")) is not None
    texts = texts_of(run) if said.corrected_text is not None else ()
    return replace(
        said,
        failed_step=checked_failed_step(said.failed_step, said.rating, report=report),
        corrected_text=checked_correction(said.corrected_text, run.task, texts),
    )


def _same_request(row: FeedbackRow, asked: bytes) -> Feedback:
    if row.request_hash != asked:
        raise Conflict(OTHER_REQUEST, facts={"run_id": str(row.run_id)})
    return as_feedback(row)
