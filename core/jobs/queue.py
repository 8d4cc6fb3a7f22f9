"""How the queue stands: for administrators, for metrics and for the self-check."""

from core.jobs.types import JobState, QueueState
from db.repositories.jobs import JobRepository
from db.repositories.queue import QueueRepository
from db.session import Database

_SEEN_ALIVE_S = 20.0
"""A worker not seen for longer counts as gone."""


def queue_state(database: Database) -> QueueState:
    with database.unit_of_work() as session:
        found = JobRepository(session).open_by_state()
        workers = QueueRepository(session).workers(_SEEN_ALIVE_S)
    jobs = {state: found.get(state, 0) for state in (JobState.QUEUED, JobState.RUNNING)}
    return QueueState(jobs, workers)
