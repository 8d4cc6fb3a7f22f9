"""What exporters are given, read for whoever asks."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from core.clock import now
from core.config import Settings
from core.detection.drawing import annotated
from core.detection.images import decode, encode
from core.detection.records import as_image_info, as_run
from core.detection.types import DetectionRun, Picture
from core.errors import Invalid, NotFound
from core.feedback.service import as_feedback
from core.generation.record import read_run
from core.permissions import Actor, Permission
from core.plugins.types import DetectionSubject, GenerationSubject, GivenRating, ReviewSubject
from core.review.charts import ChartService
from core.review.service import ReviewService
from core.review.types import FeedbackFilter, Sort
from core.runs.access import check_kept
from core.runs.types import RunStatus, Task
from db.repositories.accounts import AccountRepository
from db.repositories.review import ReviewRepository
from db.repositories.runs import ImageRepository, Run, RunRepository
from db.session import Database, Session

MAX_ROWS = 40
"""Of a view's table."""


class SubjectReader:
    def __init__(
        self, database: Database, settings: Settings, review: ReviewService, charts: ChartService
    ) -> None:
        self._database = database
        self._settings = settings
        self._review = review
        self._charts = charts

    def of_run(self, actor: Actor, run_id: UUID) -> DetectionSubject | GenerationSubject:
        """A run of the actor's, or anybody's for those who may export all.

        Raises
        ------
        NotFound : unknown, or somebody else's.
        Removed : erased.
        Invalid : a detection that failed, or a text that is still being written.
        """
        actor.require(Permission.EXPORT_OWN)
        with self._database.unit_of_work() as session:
            found = RunRepository(session).get_run(run_id)
            everybody = actor.may(Permission.EXPORT_ALL)
            if found is None or not (everybody or found[0].user_id == actor.user_id):
                raise NotFound("There is no such run; check its id.", facts={"run_id": str(run_id)})
            run, model = found
            check_kept(run_id, run.erased_at)
            _check_ended(run)
            owner = AccountRepository(session).user_by_id(run.user_id)
            name = owner.username if owner else ""
            ratings = _ratings(session, run_id, None if everybody else actor.user_id)
            if run.task == Task.DETECTION:
                images = ImageRepository(session)
                info = as_image_info(images.get_image(run.image_sha256 or b""), run_id)
                content = images.get_image_content(run.image_sha256 or b"")
                detected = as_run(run, model.name, model.revision, info)
                draw = self._drawing(content, detected)
                return DetectionSubject(detected, name, ratings, content, draw)
            written = read_run(RunRepository(session), run_id)
        if written is None:
            raise NotFound("There is no such run; check its id.", facts={"run_id": str(run_id)})
        return GenerationSubject(written[0], name, ratings)

    def of_review(self, actor: Actor, filter: FeedbackFilter, sort: Sort) -> ReviewSubject:
        """For those who review, and may export all. Raises `Invalid` for a filter that cannot be.

        Its parts are read one after the other; a rating given meanwhile may be in some of them.
        """
        actor.require(Permission.EXPORT_ALL)
        return ReviewSubject(
            filter=filter,
            sort=sort,
            header=self._review.header(actor, filter),
            charts=self._charts.charts(actor, filter),
            total=self._review.total(actor, filter),
            rows=self._review.page(actor, filter, None, MAX_ROWS, sort).rows,
            at=now(),
            by=actor.username,
        )

    def _drawing(self, content: bytes | None, run: DetectionRun) -> Callable[[int], Picture | None]:
        def draw(max_side: int) -> Picture | None:
            if content is None:
                return None
            decoded = decode(content, self._settings)
            drawn = annotated(decoded.picture, run, run.detections)
            return encode(replace(decoded, picture=drawn), max_side)

        return draw


def _check_ended(run: Run) -> None:
    if run.task == Task.DETECTION and run.status != RunStatus.DONE:
        raise Invalid(
            "This run did not finish, so that it has no boxes; run it again.",
            facts={"status": run.status},
        )
    if run.status == RunStatus.RUNNING:
        raise Invalid(
            "This text is still being written; wait for its end, or stop it.",
            facts={"status": run.status},
        )


def _ratings(session: Session, run_id: UUID, user_id: UUID | None) -> tuple[GivenRating, ...]:
    """Those that one person gave, or all."""
    rows = ReviewRepository(session).ratings_of(run_id)
    return tuple(
        GivenRating(name, as_feedback(row)) for name, row in rows if user_id in (None, row.user_id)
    )
