"""Jobs as they are listed, looked at and taken away."""

from uuid import UUID

from core.audit.recording import record
from core.audit.types import Action, Target
from core.errors import Invalid
from core.jobs.base import JobPart, seen, unknown
from core.jobs.export import JobExport, export_of
from core.jobs.queue import queue_state
from core.jobs.records import as_item, as_job
from core.jobs.types import (
    ItemPage,
    ItemState,
    JobExportFormat,
    JobKind,
    JobPage,
    JobState,
    QueueState,
)
from core.permissions import Actor, Permission
from core.review.paging import Cursor, end_of_page
from db.repositories.jobs import JobRepository
from db.repositories.review_order import Place

MAX_PAGE = 200


class JobReading(JobPart):
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
        with self.database.unit_of_work() as session:
            rows = JobRepository(session).listed(
                whose, limit + 1, after=after, state=state, kind=kind
            )
        jobs = tuple(map(as_job, rows[:limit]))
        if len(rows) <= limit:
            return JobPage(jobs, None)
        last = jobs[-1]
        return JobPage(jobs, str(Cursor(Place(last.created_at, last.id), older=True)))

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
        with self.database.unit_of_work() as session:
            seen(session, actor, job_id)
            rows = JobRepository(session).items(job_id, limit + 1, after=after, state=state)
        more = len(rows) > limit
        return ItemPage(
            tuple(map(as_item, rows[:limit])), str(rows[limit - 1].position) if more else None
        )

    def export(self, actor: Actor, job_id: UUID, kind: JobExportFormat) -> JobExport:
        """What came of a job, as a file, so far as it has come.

        Raises
        ------
        Invalid : texts have no boxes for COCO.
        NotFound : unknown, or another's and the actor may not export all.
        """
        actor.require(Permission.EXPORT_OWN)
        with self.database.unit_of_work() as session:
            found = JobRepository(session).get(job_id)
            own = found is not None and found[0].user_id == actor.user_id
            if found is None or not (own or actor.may(Permission.EXPORT_ALL)):
                raise unknown(job_id)
            job = as_job(found)
            foreign = 0 if own else job.progress.done
            facts = {"count": job.progress.done, "foreign": foreign, "ids": [str(job_id)]}
            record(session, actor, Action.EXPORTED, (Target.EXPORT, f"job {kind}"), after=facts)
        return export_of(self.database, job, kind)

    def queue(self, actor: Actor) -> QueueState:
        """What waits and who works, for administrators."""
        actor.require(Permission.VIEW_SYSTEM)
        return queue_state(self.database)


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
