"""Walking through a job, item by item, so that each is done once whatever happens meanwhile.

The walk holds a lock with the connection on which it says what is done: where that breaks, both are
had anew before anything else is done.
"""

from collections.abc import Sequence
from time import monotonic
from uuid import UUID

import structlog

from core.accounts.service import AccountService
from core.errors import NotAllowed, Unavailable
from core.jobs.doing import ItemDoer, settled
from core.jobs.outcomes import Halt, Later, LeftOff, Outcome
from core.jobs.records import task_from_json
from core.jobs.stop import Stop
from core.jobs.types import DetectTask, GenerateTask, JobState
from core.jobs.way import Way
from core.permissions import Actor, Face, Permission
from core.runs.types import RunStatus
from core.trace import trace
from db.repositories.job_walk import Job, NextItem
from db.session import Database

log = structlog.get_logger()

_TEXTS_AT_ONCE = 4
"""Written at the same time for one job; they wait for places like everybody's."""
_LOOK_AGAIN_S = 2.0
"""How long somebody is taken for what they were, and a database for away."""
_TRIES = 3
"""So often the model may be away before the job ends."""

_BROKEN_OFF = "Something went wrong with the job itself; try again, or report"

Task = DetectTask | GenerateTask
Ending = tuple[JobState, str | None]


class GivenBack(Exception):
    """The job is for somebody else to go on with, not before so many seconds."""

    def __init__(self, seconds: float = 0) -> None:
        super().__init__(f"given back for {seconds} s")
        self.seconds = seconds


class JobWalk:
    def __init__(self, database: Database, accounts: AccountService, doer: ItemDoer) -> None:
        self._database, self._accounts, self._doer = database, accounts, doer

    def run(self, job_id: UUID, entry: int, stop: Stop) -> None:
        """Do what is left of a job for an entry of the queue; wait for a database that is away.

        Raises `GivenBack` where the walk is told to close, or another worker is at the job.
        """
        while True:
            try:
                with self._database.connected() as step:
                    return self._walk(Way(step, job_id, entry), stop)
            except Unavailable:
                log.info("job_waits_for_database", job_id=str(job_id))
            stop.wait(_LOOK_AGAIN_S)
            if stop.closing:
                raise GivenBack

    def _walk(self, way: Way, stop: Stop) -> None:
        if not way.claim():
            raise GivenBack(_LOOK_AGAIN_S)
        job = way.begin()
        if job is None:
            return
        with trace(job.trace_id):
            try:
                ending = self._items(way, job, stop)
            except (GivenBack, Unavailable):
                raise
            except Exception:
                log.exception("job_broken_off", job_id=str(way.job_id))
                ending = JobState.FAILED, f"{_BROKEN_OFF} {job.trace_id}."
            if ending is not None:
                way.end(*ending)
                log.info("job_ended", job_id=str(way.job_id), state=ending[0])

    def _items(self, way: Way, job: Job, stop: Stop) -> Ending | None:
        """How the job ends; None where that is not for this walk to say."""
        task, who = task_from_json(job.kind, job.params), _Who(self._accounts, job)
        most = _TEXTS_AT_ONCE if isinstance(task, GenerateTask) else 1
        away = 0
        while True:
            if stop.closing:
                way.give_back()
                raise GivenBack
            items = None if stop.cancelled else way.next(most)
            if items is None:
                return None
            if not items:
                return JobState.DONE, None
            try:
                actor = who.now()
            except NotAllowed as error:
                return JobState.FAILED, error.message
            came = self._do(way, actor, task, items, stop)
            hindered = next((each for each in came if isinstance(each, Halt | Later)), None)
            away = away + 1 if isinstance(hindered, Later) and hindered.away else 0
            if isinstance(hindered, Halt) or away >= _TRIES:
                return JobState.FAILED, hindered.error if hindered else None
            if hindered is not None:
                stop.wait(max(hindered.seconds, away))

    def _do(
        self, way: Way, actor: Actor, task: Task, items: Sequence[NextItem], stop: Stop
    ) -> list[Outcome]:
        """What came of these items; they are begun in their order, until something hinders."""
        came: list[Outcome] = []
        writing: list[NextItem] = []
        for item in items:
            fresh, outcome = self._ready(way, actor, item, stop)
            outcome = outcome or self._doer.begin(actor, task, fresh)
            if outcome is None:
                writing.append(fresh)
                continue
            came.append(way.note(fresh, outcome))
            if stop.wait(0) or isinstance(outcome, Halt | Later):
                break
        for item in writing:
            came.append(way.note(item, self._doer.finish(actor, item.run_id, stop)))
        return came

    def _ready(
        self, way: Way, actor: Actor, item: NextItem, stop: Stop
    ) -> tuple[NextItem, Outcome | None]:
        """The item as it is to be begun, and what came of it should it have been begun before."""
        standing = way.standing(item)
        if standing is not None and standing.status == RunStatus.RUNNING:
            self._doer.finish(actor, item.run_id, stop)
            if stop.wait(0):
                return item, LeftOff()
            standing = way.standing(item)
        if standing is None:
            return item, None
        outcome = settled(standing)
        return (way.renamed(item), None) if outcome is None else (item, outcome)


class _Who:
    """Whose job it is, looked up now and then."""

    def __init__(self, accounts: AccountService, job: Job) -> None:
        self._accounts, self._job = accounts, job
        self._actor: Actor | None = None
        self._looked = 0.0

    def now(self) -> Actor:
        """Raises `NotAllowed` where they may not have it done any more, with why."""
        if self._actor is None or monotonic() - self._looked > _LOOK_AGAIN_S:
            job = self._job
            self._actor = self._accounts.actor_for_work(
                job.user_id, job.key_id, with_key=job.face == Face.API
            )
            self._actor.require(Permission.BATCH)
            self._looked = monotonic()
        return self._actor
