"""A job while a worker does it, item by item."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from db.models import Job, JobItem, Run

__all__ = ["Job", "JobWalkRepository", "NextItem", "Standing"]


@dataclass(frozen=True)
class NextItem:
    position: int
    content: bytes | None
    asked: dict[str, Any]
    run_id: UUID


@dataclass(frozen=True)
class Standing:
    """A run as it stands."""

    status: str
    error_code: str | None


class JobWalkRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(self, job_id: UUID) -> bool:
        """Keep other workers off the job until the connection ends; False where one has it."""
        query = text("select pg_try_advisory_lock(hashtextextended(:lock, 0))")
        return bool(self._session.scalar(query, {"lock": f"job {job_id}"}))

    def begin(self, job_id: UUID, entry: int, at: datetime) -> Job | None:
        """The job, running from now on; None where this entry of the queue is not to do it."""
        job = self._held(job_id, entry)
        if job is not None and job.state == "queued":
            job.state, job.started_at = "running", at
        return job

    def goes_on(self, job_id: UUID, entry: int) -> bool:
        """Whether this entry of the queue is still to do the job."""
        query = select(Job.id).where(
            Job.id == job_id, Job.queue_id == entry, Job.state == "running"
        )
        return self._session.scalar(query) is not None

    def next_items(self, job_id: UUID, most: int) -> Sequence[NextItem]:
        """The first that wait."""
        columns = (JobItem.position, JobItem.content, JobItem.asked, JobItem.run_id)
        query = select(*columns).where(JobItem.job_id == job_id, JobItem.state == "waiting")
        rows = self._session.execute(query.order_by(JobItem.position).limit(most))
        return [NextItem(*row) for row in rows]

    def standing(self, run_id: UUID) -> Standing | None:
        """How the run of that id stands, if it was begun."""
        query = select(Run.status, Run.error_code).where(Run.id == run_id)
        row = self._session.execute(query).first()
        return None if row is None else Standing(*row)

    def new_run_id(self, job_id: UUID, item: NextItem, run_id: UUID) -> None:
        self._set(job_id, item, run_id=run_id)

    def done(self, job_id: UUID, item: NextItem, at: datetime) -> None:
        """Its run has the picture now."""
        self._set(job_id, item, state="done", content=None, error=None, ended_at=at)

    def failed(
        self, job_id: UUID, item: NextItem, error: str, at: datetime, *, for_good: bool
    ) -> None:
        """With `for_good` it would fail again, and its picture is kept no longer."""
        gone: dict[str, Any] = {"content": None} if for_good else {}
        self._set(job_id, item, state="failed", error=error, ended_at=at, **gone)

    def give_back(self, job_id: UUID, entry: int) -> None:
        """Nobody does it at the moment."""
        job = self._held(job_id, entry)
        if job is not None:
            job.state = "queued"

    def end(self, job_id: UUID, entry: int, state: str, error: str | None, at: datetime) -> None:
        """Close the job, unless that was done otherwise meanwhile."""
        job = self._held(job_id, entry)
        if job is not None:
            job.state, job.error, job.ended_at = state, error, at

    def _held(self, job_id: UUID, entry: int) -> Job | None:
        query = select(Job).where(
            Job.id == job_id, Job.queue_id == entry, Job.state.in_(("queued", "running"))
        )
        return self._session.scalars(query.with_for_update()).first()

    def _set(self, job_id: UUID, item: NextItem, **values: Any) -> None:
        """Of the item as it was taken, so that nothing is said of another try."""
        own = (JobItem.job_id == job_id, JobItem.position == item.position)
        taken = (*own, JobItem.run_id == item.run_id)
        self._session.execute(update(JobItem).where(*taken).values(**values))
