"""What came of a job's items, for those who look at it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from core.detection.records import as_image_info, as_run
from core.errors import Invalid, NotFound
from core.jobs.records import as_item
from core.jobs.result_types import JobResult, Listed, ResultPage
from core.jobs.service import JobService
from core.jobs.types import JobItem, JobKind
from core.permissions import Actor
from db.repositories.downloads import DownloadRepository
from db.repositories.job_results import Answered, JobResultRepository
from db.session import Database, Session

MAX_PAGE = 200
_Found = Mapping[str, int]


class JobResultService:
    def __init__(self, database: Database, jobs: JobService) -> None:
        self._database, self._jobs = database, jobs

    def page(
        self,
        actor: Actor,
        job_id: UUID,
        listed: Listed = Listed.ALL,
        page: int = 1,
        limit: int = 50,
    ) -> ResultPage:
        """The results on that page, counted from 1; none behind the last one.

        Raises
        ------
        NotFound : no such job, or not the actor's to see.
        Invalid : `page` is below 1, or `limit` not from 1 to 200.
        """
        if page < 1 or not 1 <= limit <= MAX_PAGE:
            raise Invalid(
                f"Page {page} of {limit} was asked for; pages begin at 1 and have 1 to "
                f"{MAX_PAGE} results.",
                facts={"min": 1, "max": MAX_PAGE},
            )
        job = self._jobs.get(actor, job_id)
        with self._database.unit_of_work() as session:
            repository = JobResultRepository(session)
            counts = repository.counts(job_id)
            rows = repository.page(job_id, actor.user_id, listed, (page - 1) * limit, limit)
            found = _found(session, rows) if job.kind is JobKind.DETECT else {}
            results = tuple(_result(row, found) for row in rows)
        return ResultPage(results, {each: counts[each] for each in Listed})

    def item(self, actor: Actor, job_id: UUID, position: int) -> JobItem:
        """One item. Raises `NotFound` where the job has none at that position, and as `page`."""
        if position >= 0:
            found = self._jobs.items(
                actor, job_id, cursor=str(position - 1) if position else None, limit=1
            ).items
            if found and found[0].position == position:
                return found[0]
        raise NotFound("This job has no such item; choose one of its list.")


def _found(session: Session, rows: Sequence[Answered]) -> dict[UUID, _Found]:
    """The boxes of each run by label, most first; a removed run has none."""
    ids = [row.item.run_id for row in rows if row.item.state == "done" and not row.removed]
    return {
        run.id: dict(
            Counter(
                each.label
                for each in as_run(
                    run, model.name, model.revision, as_image_info(image, run.id)
                ).detections
            ).most_common()
        )
        for run, model, image in DownloadRepository(session).detections(ids)
    }


def _result(row: Answered, found: Mapping[UUID, _Found]) -> JobResult:
    return JobResult(
        item=as_item(row.item),
        found=found.get(row.item.run_id, {}),
        text=row.text,
        tokens=row.tokens,
        latency_ms=row.latency_ms,
        cached=bool(row.cached),
        rating=row.rating,
        removed=row.removed,
    )
