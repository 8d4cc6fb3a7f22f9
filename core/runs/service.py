"""What is common to runs of every task."""

from uuid import UUID

from core.errors import Invalid
from core.permissions import Actor, Permission
from core.runs.access import readable_run
from core.runs.types import RunStatus, RunSummary, Task
from db.repositories.runs import RunRepository
from db.session import Database

MAX_RECENT = 200


class RunService:
    def __init__(self, database: Database) -> None:
        self._database = database

    def recent(
        self, actor: Actor, task: Task | None = None, limit: int = 20
    ) -> tuple[RunSummary, ...]:
        """The actor's own runs, newest first; of one task, or of all where `task` is None.

        Raises
        ------
        Invalid : `limit` is not from 1 to 200.
        """
        actor.require(Permission.HISTORY)
        if not 1 <= limit <= MAX_RECENT:
            raise Invalid(
                f"limit is {limit}; it must be from 1 to {MAX_RECENT}.",
                facts={"min": 1, "max": MAX_RECENT},
            )
        with self._database.unit_of_work() as session:
            rows = RunRepository(session).recent(actor.user_id, task, limit)
        return tuple(
            RunSummary(
                id=run.id,
                task=Task(run.task),
                model=model,
                prompt=run.prompt,
                status=RunStatus(run.status),
                created_at=run.created_at,
                rating=rating,
            )
            for run, model, rating in rows
        )

    def task_of(self, actor: Actor, run_id: UUID) -> Task:
        """The task of a run the actor may see; `NotFound` otherwise."""
        with self._database.unit_of_work() as session:
            run, _ = readable_run(RunRepository(session), actor, run_id)
        return Task(run.task)
