"""The queue that workers take jobs from; its tables are those of the library that works it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from procrastinate.contrib.sqlalchemy import SQLAlchemyPsycopg2Connector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DEFAULT_QUEUE, Job
from procrastinate.manager import JobManager
from sqlalchemy import text
from sqlalchemy.orm import Session

__all__ = ["QUEUE", "TASK", "QueueRepository"]

QUEUE, TASK = DEFAULT_QUEUE, "jobs.walk"
_STALLED = """
select job.id from procrastinate_jobs job
left join procrastinate_workers worker on worker.id = job.worker_id
where job.status = 'doing' and job.task_name = :task
    and (worker.id is null or worker.last_heartbeat < now() - make_interval(secs => :seconds))
order by job.id for update of job skip locked
"""
_ORPHANS = """
select id, user_id from jobs where state in ('queued', 'running') and not exists (
    select from procrastinate_jobs entry where entry.id = jobs.queue_id
        and entry.status in ('todo', 'doing')
) for update skip locked
"""
_manager = JobManager(SQLAlchemyPsycopg2Connector())
"""Only ever used with a connection of ours, so that what it does commits with what else we do."""


class QueueRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, job_id: UUID, person: UUID) -> int:
        """Ask for a job to be done; the entry's id. One of a person's is done at a time."""
        entry = Job(
            id=None,
            queue=QUEUE,
            lock=str(person),
            queueing_lock=None,
            task_name=TASK,
            task_kwargs={"job_id": str(job_id)},
        )
        with _as_sqlalchemy():
            put = _manager.defer_job(entry, connection=self._session.connection())
        return int(put.id or 0)

    def cancel(self, entry: int) -> None:
        """Take an entry back, or tell the worker that has it to stop; one that is gone is fine."""
        with _as_sqlalchemy():
            _manager.cancel_job_by_id(
                entry, abort=True, delete_job=True, connection=self._session.connection()
            )

    def give_back_stalled(self, seconds: float) -> list[int]:
        """Let others take what was taken by workers not seen alive for so long; which entries.

        Those told to stop need nobody any more.
        """
        given = {"task": TASK, "seconds": seconds}
        stalled = list(self._session.scalars(text(_STALLED), given).all())
        stopped = text(
            "delete from procrastinate_jobs where id = any(:stalled) and abort_requested"
            " returning id"
        )
        gone = set(self._session.scalars(stopped, {"stalled": stalled}).all())
        again = text("select procrastinate_retry_job_v2(:entry, now(), null, null, null)")
        for entry in stalled:
            if entry not in gone:
                self._session.execute(again, {"entry": entry})
        return stalled

    def orphans(self) -> list[tuple[UUID, UUID]]:
        """Jobs that are to be done and stand in the queue no more, and whose they are; held."""
        held = self._session.execute(text(_ORPHANS))
        return [(row.id, row.user_id) for row in held]

    def workers(self, seconds: float) -> int:
        """How many workers were seen alive within so many seconds."""
        alive = text(
            "select count(*) from procrastinate_workers"
            " where last_heartbeat >= now() - make_interval(secs => :seconds)"
        )
        return int(self._session.scalars(alive, {"seconds": seconds}).one())


@contextmanager
def _as_sqlalchemy() -> Iterator[None]:
    """Raise what went wrong in the words of our own session, not in the library's."""
    try:
        yield
    except ConnectorException as error:
        if error.__cause__ is not None:
            raise error.__cause__ from error
        raise
