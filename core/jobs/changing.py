"""Jobs that are stopped, and gone on with."""

from uuid import UUID

from core.audit.recording import record
from core.audit.types import Action, Target
from core.clock import now
from core.errors import Conflict
from core.ids import new_id
from core.jobs.base import JobPart, seen, unknown
from core.jobs.submitting import enqueue
from core.jobs.types import ItemState, Job, JobKind, JobState
from core.permissions import Actor, Permission
from db.repositories.jobs import Job as JobRow
from db.repositories.jobs import JobRepository
from db.repositories.queue import QueueRepository
from db.session import Session


class JobChanging(JobPart):
    def cancel(self, actor: Actor, job_id: UUID) -> Job:
        """Stop a job; what is done of it stays. To cancel twice is to cancel once.

        Raises `Conflict` where it has ended otherwise, and as `get`.
        """
        with self.database.unit_of_work() as session:
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
            return seen(session, actor, job_id)

    def retry(self, actor: Actor, job_id: UUID) -> Job:
        """Go on with what failed or was not begun; a job that goes on already is left as it is.

        Raises
        ------
        Conflict : nothing is left to try, or the pictures are not kept any more.
        NotFound : unknown or another's, for everybody, as it is its owner's share that is used.
        """
        with self.database.unit_of_work() as session:
            job = self._held(session, actor, job_id, own=True)
            if JobState(job.state).ended:
                jobs = JobRepository(session)
                left = jobs.to_repeat(job_id, with_content=job.kind == JobKind.DETECT)
                if not left:
                    raise _nothing_left(seen(session, actor, job_id))
                failed = [at for at, state in left.items() if state == ItemState.FAILED]
                jobs.repeat(job_id, {position: new_id() for position in failed})
                job.state, job.error = JobState.QUEUED, None
                job.started_at = job.ended_at = None
                job.key_id, job.face = actor.key_id, actor.face
                enqueue(session, job_id, job.user_id)
            return seen(session, actor, job_id)

    def _held(self, session: Session, actor: Actor, job_id: UUID, *, own: bool = False) -> JobRow:
        """Held until the transaction ends; others' only for those who manage the system."""
        actor.require(Permission.BATCH)
        job = JobRepository(session).held(job_id)
        others = not own and actor.may(Permission.MANAGE_SYSTEM)
        if job is None or not (job.user_id == actor.user_id or others):
            raise unknown(job_id)
        return job


def _nothing_left(job: Job) -> Conflict:
    if job.progress.waiting:
        return Conflict("The pictures of this job are not kept any more; send them as a new job.")
    if job.progress.failed:
        return Conflict("What failed would fail again, as the reasons say; nothing is tried again.")
    return Conflict("All of this job is done; there is nothing to try again.")
