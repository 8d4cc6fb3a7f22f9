"""How the database itself stands, what waits in the queue, and the notice above every page."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.orm import Session

from db.models import AuditEntry, Job, JobItem, Notice

__all__ = ["DatabaseRow", "Notice", "QueueRow", "SystemRepository"]

_DATABASE = text("""
select current_setting('server_version') as version,
    pg_database_size(current_database()) as bytes,
    (select count(*) from pg_stat_activity where datname = current_database()) as connections,
    current_setting('max_connections')::int as most_connections,
    (select count(*) from pg_stat_activity where datname = current_database()
        and state = 'active' and pid <> pg_backend_pid()) as running,
    (select extract(epoch from max(clock_timestamp() - query_start)) from pg_stat_activity
        where datname = current_database() and state = 'active' and pid <> pg_backend_pid())
        as longest_s,
    (select string_agg(version_num, ', ') from alembic_version) as schema
""")
_QUEUE = text("""
select (select count(*) from procrastinate_jobs where status = 'todo') as waiting,
    (select count(*) from procrastinate_jobs where status = 'doing') as doing,
    (select count(*) from procrastinate_jobs where status = 'failed') as failed,
    (select max(last_heartbeat) from procrastinate_workers) as heartbeat
""")
_ONE_AT_A_TIME = text("lock table notices in share row exclusive mode")


class DatabaseRow(NamedTuple):
    version: str
    bytes: int
    connections: int
    most_connections: int
    running: int
    longest_s: float | None
    schema: str


class QueueRow(NamedTuple):
    waiting: int
    doing: int
    failed: int
    heartbeat: datetime | None


class SystemRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def database(self) -> DatabaseRow:
        """Of this database; statements of the session that asks are not counted."""
        return DatabaseRow(*self._session.execute(_DATABASE).one())

    def queue(self) -> QueueRow:
        """The queue that all workers take from."""
        return QueueRow(*self._session.execute(_QUEUE).one())

    def jobs(self) -> Mapping[str, int]:
        """How many jobs there are, by state."""
        counted = select(Job.state, func.count()).group_by(Job.state)
        return {row[0]: row[1] for row in self._session.execute(counted)}

    def waiting_items(self) -> int:
        """Items that no worker has done, of jobs that go on."""
        counted = (
            select(func.count())
            .select_from(JobItem)
            .join(Job, Job.id == JobItem.job_id)
            .where(JobItem.state == "waiting", Job.state.in_(("queued", "running")))
        )
        return self._session.scalar(counted) or 0

    def last_done(self, action: str) -> datetime | None:
        """When something was last noted in the audit log."""
        return self._session.scalar(
            select(func.max(AuditEntry.at)).where(AuditEntry.action == action)
        )

    def notice(self, moment: datetime) -> Notice | None:
        """The one that holds at `moment`."""
        holds = or_(Notice.until.is_(None), Notice.until > moment)
        newest = Notice.created_at.desc()
        return self._session.scalar(select(Notice).where(holds).order_by(newest).limit(1))

    def replace_notice(self, notice: Notice | None) -> None:
        """In the place of any other; None for no notice. One change waits for the other."""
        self._session.execute(_ONE_AT_A_TIME)
        self._session.execute(delete(Notice))
        if notice is not None:
            self._session.add(notice)
