"""What the parts of the job service share."""

from dataclasses import dataclass
from uuid import UUID

from core.config import Settings
from core.errors import NotFound
from core.inference.registry import ModelRegistry
from core.jobs.records import as_job
from core.jobs.types import Job
from core.permissions import Actor, Permission
from db.repositories.jobs import JobRepository
from db.session import Database, Session


@dataclass
class JobPart:
    database: Database
    models: ModelRegistry
    settings: Settings

    def get(self, actor: Actor, job_id: UUID) -> Job:
        """A job of one's own, or for reviewers anybody's; else `NotFound`."""
        with self.database.unit_of_work() as session:
            return seen(session, actor, job_id)


def seen(session: Session, actor: Actor, job_id: UUID) -> Job:
    """The job as the actor may see it."""
    actor.require(Permission.BATCH)
    found = JobRepository(session).get(job_id)
    if found is None or not (found[0].user_id == actor.user_id or actor.may(Permission.REVIEW)):
        raise unknown(job_id)
    return as_job(found)


def unknown(job_id: UUID) -> NotFound:
    return NotFound("There is no such job; check its id.", facts={"job_id": str(job_id)})
