"""Jobs and their items: added, listed, stopped and begun again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text, tuple_, update
from sqlalchemy.orm import Session

from db.models import Job, JobItem, User

__all__ = ["Counts", "Job", "JobItem", "JobRepository", "Listed"]

_COUNTS = """
select job.id,
    count(item.job_id) as total,
    count(*) filter (where item.state = 'waiting') as waiting,
    count(*) filter (where item.state = 'done') as done,
    count(*) filter (where item.state = 'failed') as failed,
    count(*) filter (where item.ended_at > greatest(job.started_at, now() - interval '1 min'))
        as lately,
    extract(epoch from least(
        coalesce(job.ended_at, now()) - job.started_at, interval '1 min'
    )) as seconds
from jobs job left join job_items item on item.job_id = job.id
where job.id = any(:jobs) group by job.id
"""


@dataclass(frozen=True)
class Counts:
    """A job's items by state; and how many of them ended within the last `seconds` of its work."""

    total: int
    waiting: int
    done: int
    failed: int
    lately: int
    seconds: float


Listed = tuple[Job, str, Counts]
"""A job, the name of whose it is, and its counts."""


class JobRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add_job(self, job: Mapping[str, Any]) -> None:
        self._session.execute(insert(Job), [dict(job)])

    def add_items(self, items: Sequence[Mapping[str, Any]]) -> None:
        self._session.execute(insert(JobItem), [dict(item) for item in items])

    def set_entry(self, job_id: UUID, entry: int) -> None:
        """Its newest entry in the queue."""
        self._session.execute(update(Job).where(Job.id == job_id).values(queue_id=entry))

    def held(self, job_id: UUID) -> Job | None:
        """The job, its row held until the transaction ends."""
        return self._session.get(Job, job_id, with_for_update=True)

    def get(self, job_id: UUID) -> Listed | None:
        found = self._read(select(Job, User.username).where(Job.id == job_id))
        return found[0] if found else None

    def listed(
        self,
        user_id: UUID | None,
        limit: int,
        *,
        after: tuple[datetime, UUID] | None = None,
        state: str | None = None,
        kind: str | None = None,
    ) -> Sequence[Listed]:
        """Somebody's jobs, or everybody's, newest first, beginning behind the one at `after`."""
        query = select(Job, User.username)
        for column, value in ((Job.user_id, user_id), (Job.state, state), (Job.kind, kind)):
            if value is not None:
                query = query.where(column == value)
        if after is not None:
            query = query.where(tuple_(Job.created_at, Job.id) < after)
        return self._read(query.order_by(Job.created_at.desc(), Job.id.desc()).limit(limit))

    def items(
        self, job_id: UUID, limit: int, *, after: int = -1, state: str | None = None
    ) -> Sequence[JobItem]:
        """Without their content, in their order, from behind the position `after`."""
        query = select(JobItem).where(JobItem.job_id == job_id, JobItem.position > after)
        if state is not None:
            query = query.where(JobItem.state == state)
        return self._session.scalars(query.order_by(JobItem.position).limit(limit)).all()

    def open_by_state(self) -> Mapping[str, int]:
        """How many jobs are queued and running."""
        query = select(Job.state, func.count()).where(Job.state.in_(("queued", "running")))
        return {row[0]: row[1] for row in self._session.execute(query.group_by(Job.state))}

    def end(self, job: Job, state: str, error: str | None, at: datetime) -> None:
        job.state, job.error, job.ended_at = state, error, at

    def to_repeat(self, job_id: UUID, *, with_content: bool) -> Mapping[int, str]:
        """The states of what waits or failed and can be tried, by position; with `with_content`,
        of what still has its picture."""
        query = select(JobItem.position, JobItem.state).where(
            JobItem.job_id == job_id, JobItem.state.in_(("waiting", "failed"))
        )
        if with_content:
            query = query.where(JobItem.content.is_not(None))
        return {row[0]: row[1] for row in self._session.execute(query)}

    def repeat(self, job_id: UUID, run_ids: Mapping[int, UUID]) -> None:
        """Let failed ones wait again, for runs of these ids, by position."""
        again = text(
            "update job_items item set state = 'waiting', error = null, ended_at = null,"
            " run_id = given.run_id from unnest(cast(:positions as int[]), cast(:ids as uuid[]))"
            " as given (position, run_id)"
            " where item.job_id = :job and item.position = given.position"
        )
        given = {"job": job_id, "positions": list(run_ids), "ids": list(run_ids.values())}
        self._session.execute(again, given)

    def drop(self, job_id: UUID) -> None:
        self._session.execute(delete(Job).where(Job.id == job_id))

    def _read(self, query: Any) -> list[Listed]:
        rows = self._session.execute(query.join(User, User.id == Job.user_id)).all()
        found = text(_COUNTS)
        counted = self._session.execute(found, {"jobs": [job.id for job, _ in rows]})
        counts = {
            row.id: Counts(
                *(row.total, row.waiting, row.done, row.failed, row.lately),
                float(row.seconds or 0),
            )
            for row in counted
        }
        return [(job, username, counts[job.id]) for job, username in rows]
