"""Jobs, whoever asks: begun, looked at, stopped and tried again. `core.jobs.walk` does them."""

from collections.abc import Iterator, Sequence
from typing import IO
from uuid import UUID

from core.audit.recording import record
from core.audit.types import Action, Target
from core.clock import now
from core.config import Settings
from core.errors import Conflict, Invalid, NotFound, TooLarge
from core.ids import new_id
from core.inference.registry import ModelRegistry
from core.jobs.archive import read_archive
from core.jobs.export import JobExport, export_of
from core.jobs.prompt_file import read_prompts
from core.jobs.records import as_item, as_job
from core.jobs.submitting import (
    Row,
    checked_detection,
    checked_generation,
    enqueue,
    keep,
    picture_rows,
    prompt_rows,
)
from core.jobs.types import (
    DetectTask,
    GenerateTask,
    ItemPage,
    ItemPrompt,
    ItemState,
    Job,
    JobExportFormat,
    JobKind,
    JobPage,
    JobState,
    NamedPicture,
    QueueState,
)
from core.permissions import Actor, Permission
from core.review.paging import Cursor, end_of_page
from db.repositories.jobs import Job as JobRow
from db.repositories.jobs import JobRepository, Listed
from db.repositories.queue import QueueRepository
from db.repositories.review_order import Place
from db.session import Database, Session

MAX_PAGE = 200
SEEN_ALIVE_S = 20.0
"""A worker not seen for longer counts as gone."""


class JobService:
    def __init__(self, database: Database, models: ModelRegistry, settings: Settings) -> None:
        self._database, self._models, self._settings = database, models, settings

    def detect_archive(
        self, actor: Actor, archive: IO[bytes], task: DetectTask, name: str = ""
    ) -> Job:
        """Begin a detection on every picture of a ZIP archive; it is read from where it is.

        Raises
        ------
        Invalid, TooLarge, Malformed : the archive, the phrases or a threshold are not usable; then
            nothing is kept. A file in it that is no picture is an item that fails.
        NotFound : no such model.
        """
        _require(actor, JobKind.DETECT)
        task = checked_detection(task, self._models, self._settings)
        rows = picture_rows(read_archive(archive, self._settings))
        return self._begin(actor, JobKind.DETECT, name, task, rows)

    def detect(
        self, actor: Actor, pictures: Sequence[NamedPicture], task: DetectTask, name: str = ""
    ) -> Job:
        """The same on pictures at hand. Raises as `detect_archive`."""
        _require(actor, JobKind.DETECT)
        task = checked_detection(task, self._models, self._settings)
        self._check_count(len(pictures), "pictures")
        total, most = sum(len(each.content) for each in pictures), self._settings.max_job_bytes
        if total > most:
            raise TooLarge(
                f"The pictures have {total:,} bytes; at most {most:,} are allowed in one job. "
                "Make several.",
                facts={"max_bytes": most},
            )
        return self._begin(actor, JobKind.DETECT, name, task, picture_rows(pictures))

    def generate(
        self, actor: Actor, prompts: Sequence[ItemPrompt], task: GenerateTask, name: str = ""
    ) -> Job:
        """Begin a text for every prompt.

        Raises
        ------
        Invalid : a prompt or a parameter; the message names which. Then nothing is kept.
        NotFound : no such model.
        """
        _require(actor, JobKind.GENERATE)
        self._check_count(len(prompts), "prompts")
        task = checked_generation(task, prompts, self._models, self._settings)
        return self._begin(actor, JobKind.GENERATE, name, task, prompt_rows(prompts))

    def generate_file(
        self, actor: Actor, content: bytes, task: GenerateTask, name: str = ""
    ) -> Job:
        """The same for the prompts of a CSV file; what is wrong is told with its line."""
        _require(actor, JobKind.GENERATE)
        return self.generate(actor, read_prompts(content), task, name)

    def listed(
        self,
        actor: Actor,
        *,
        everybodys: bool = False,
        state: JobState | None = None,
        kind: JobKind | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> JobPage:
        """One's own jobs, or for reviewers everybody's, newest first.

        Raises `Invalid` for a cursor or a `limit`, 1 to 200, that is not possible.
        """
        actor.require(Permission.REVIEW if everybodys else Permission.BATCH)
        _check_limit(limit)
        whose = None if everybodys else actor.user_id
        after = end_of_page(cursor)
        with self._database.unit_of_work() as session:
            rows = JobRepository(session).listed(
                whose, limit + 1, after=after, state=state, kind=kind
            )
        jobs = tuple(map(as_job, rows[:limit]))
        if len(rows) <= limit:
            return JobPage(jobs, None)
        last = jobs[-1]
        return JobPage(jobs, str(Cursor(Place(last.created_at, last.id), older=True)))

    def get(self, actor: Actor, job_id: UUID) -> Job:
        """A job of one's own, or for reviewers anybody's; else `NotFound`."""
        with self._database.unit_of_work() as session:
            return self._seen(session, actor, job_id)

    def items(
        self,
        actor: Actor,
        job_id: UUID,
        *,
        state: ItemState | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> ItemPage:
        """A job's items in their order. Raises as `get` and `listed`."""
        _check_limit(limit)
        after = _position(cursor)
        with self._database.unit_of_work() as session:
            self._seen(session, actor, job_id)
            rows = JobRepository(session).items(job_id, limit + 1, after=after, state=state)
        more = len(rows) > limit
        return ItemPage(
            tuple(map(as_item, rows[:limit])), str(rows[limit - 1].position) if more else None
        )

    def cancel(self, actor: Actor, job_id: UUID) -> Job:
        """Stop a job; what is done of it stays. To cancel twice is to cancel once.

        Raises `Conflict` where it has ended otherwise, and as `get`.
        """
        with self._database.unit_of_work() as session:
            job = self._held(session, actor, job_id)
            if job.state != JobState.CANCELLED:
                if JobState(job.state).ended:
                    raise Conflict(
                        "This job has ended already, so that there is nothing to cancel.",
                        facts={"state": job.state},
                    )
                JobRepository(session).end(job, JobState.CANCELLED, None, now())
                if job.queue_id is not None:
                    QueueRepository(session).cancel(job.queue_id)
                if job.user_id != actor.user_id:
                    target = (Target.JOB, job.id)
                    record(session, actor, Action.JOB_CANCELLED, target)
            return self._seen(session, actor, job_id)

    def retry(self, actor: Actor, job_id: UUID) -> Job:
        """Go on with what failed or was not begun; a job that goes on already is left as it is.

        Raises
        ------
        Conflict : nothing is left to try, or the pictures are not kept any more.
        NotFound : unknown or another's, for everybody, as it is its owner's share that is used.
        """
        with self._database.unit_of_work() as session:
            job = self._held(session, actor, job_id, own=True)
            if JobState(job.state).ended:
                jobs = JobRepository(session)
                left = jobs.to_repeat(job_id, with_content=job.kind == JobKind.DETECT)
                if not left:
                    raise _nothing_left(as_job(_found(jobs, job_id)))
                failed = [at for at, state in left.items() if state == ItemState.FAILED]
                jobs.repeat(job_id, {position: new_id() for position in failed})
                job.state, job.error = JobState.QUEUED, None
                job.started_at = job.ended_at = None
                job.key_id, job.face = actor.key_id, actor.face
                enqueue(session, job_id, job.user_id)
            return self._seen(session, actor, job_id)

    def export(self, actor: Actor, job_id: UUID, kind: JobExportFormat) -> JobExport:
        """What came of a job, as a file, so far as it has come.

        Raises
        ------
        Invalid : texts have no boxes for COCO.
        NotFound : unknown, or another's and the actor may not export all.
        """
        actor.require(Permission.EXPORT_OWN)
        with self._database.unit_of_work() as session:
            job = as_job(_found(JobRepository(session), job_id))
            if job.user_id != actor.user_id and not actor.may(Permission.EXPORT_ALL):
                raise _unknown(job_id)
            foreign = job.progress.done if job.user_id != actor.user_id else 0
            facts = {"count": job.progress.done, "foreign": foreign, "ids": [str(job_id)]}
            record(session, actor, Action.EXPORTED, (Target.EXPORT, f"job {kind}"), after=facts)
        return export_of(self._database, job, kind)

    def queue(self, actor: Actor) -> QueueState:
        """What waits and who works, for administrators."""
        actor.require(Permission.VIEW_SYSTEM)
        return self.queue_state()

    def queue_state(self) -> QueueState:
        """The same for the program itself: metrics and the self-check."""
        with self._database.unit_of_work() as session:
            found = JobRepository(session).open_by_state()
            workers = QueueRepository(session).workers(SEEN_ALIVE_S)
        jobs = {state: found.get(state, 0) for state in (JobState.QUEUED, JobState.RUNNING)}
        return QueueState(jobs, workers)

    def _begin(
        self,
        actor: Actor,
        kind: JobKind,
        name: str,
        task: DetectTask | GenerateTask,
        rows: Iterator[Row],
    ) -> Job:
        job_id = keep(self._database, actor, kind, name, task, rows)
        return self.get(actor, job_id)

    def _seen(self, session: Session, actor: Actor, job_id: UUID) -> Job:
        actor.require(Permission.BATCH)
        found = JobRepository(session).get(job_id)
        if found is None or not (found[0].user_id == actor.user_id or actor.may(Permission.REVIEW)):
            raise _unknown(job_id)
        return as_job(found)

    def _held(self, session: Session, actor: Actor, job_id: UUID, *, own: bool = False) -> JobRow:
        """Held until the transaction ends; others' only for those who manage the system."""
        actor.require(Permission.BATCH)
        job = JobRepository(session).held(job_id)
        others = not own and actor.may(Permission.MANAGE_SYSTEM)
        if job is None or not (job.user_id == actor.user_id or others):
            raise _unknown(job_id)
        return job

    def _check_count(self, count: int, noun: str) -> None:
        most = self._settings.max_job_items
        if not 1 <= count <= most:
            raise Invalid(
                f"{count:,} {noun} were given; a job has 1 to {most:,}.",
                facts={"min": 1, "max": most},
            )


def _require(actor: Actor, kind: JobKind) -> None:
    actor.require(Permission.BATCH)
    actor.require(Permission.DETECT if kind is JobKind.DETECT else Permission.GENERATE)


def _found(jobs: JobRepository, job_id: UUID) -> Listed:
    found = jobs.get(job_id)
    if found is None:
        raise _unknown(job_id)
    return found


def _unknown(job_id: UUID) -> NotFound:
    return NotFound("There is no such job; check its id.", facts={"job_id": str(job_id)})


def _nothing_left(job: Job) -> Conflict:
    if job.progress.waiting:
        return Conflict("The pictures of this job are not kept any more; send them as a new job.")
    if job.progress.failed:
        return Conflict("What failed would fail again, as the reasons say; nothing is tried again.")
    return Conflict("All of this job is done; there is nothing to try again.")


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= MAX_PAGE:
        raise Invalid(
            f"limit is {limit}; it must be from 1 to {MAX_PAGE}.", facts={"min": 1, "max": MAX_PAGE}
        )


def _position(cursor: str | None) -> int:
    if not cursor:
        return -1
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise Invalid(
            "The page's cursor cannot be read; start again from the first page.",
            facts={"field": "cursor"},
        )
    return int(cursor)
