"""Whose runs an actor may see: its own, and those it was asked to rate; a reviewer, everybody's."""

from datetime import datetime
from uuid import UUID

from core.errors import NotFound, Removed
from core.permissions import Actor, Permission
from core.runs.types import Task
from db.repositories.runs import Model, Run, RunRepository


def readable_run(
    runs: RunRepository, actor: Actor, run_id: UUID, task: Task | None = None
) -> tuple[Run, Model]:
    """The run, if it is of `task` and the actor may look at it and judge it.

    Raises
    ------
    NotAllowed : neither the history nor running such tasks is the actor's to use.
    NotFound : unknown, of another task, or not theirs to see: the three are never told apart.
    Removed : theirs to see, and erased.
    """
    return _run(runs, actor, run_id, task, asked_is_enough=True)


def usable_run(
    runs: RunRepository, actor: Actor, run_id: UUID, task: Task | None = None
) -> tuple[Run, Model]:
    """The run, if the actor may make others of it too; raises as `readable_run`.

    To be asked to rate a run is not enough for that.
    """
    return _run(runs, actor, run_id, task, asked_is_enough=False)


def check_kept(run_id: UUID, erased_at: datetime | None) -> None:
    """Raise `Removed` for a run that was erased."""
    if erased_at is not None:
        day = f"{erased_at.day} {erased_at:%B %Y}"
        raise Removed(
            f"What was asked and answered in this run was removed on {day}; its ratings still "
            "count.",
            facts={"run_id": str(run_id), "erased_at": erased_at.isoformat()},
        )


def asked_to_rate(runs: RunRepository, actor: Actor, run_id: UUID) -> bool:
    """Whether a reviewer asked the actor to rate this run, and they still may."""
    return actor.may(Permission.RATE) and runs.is_asked_to_rate(run_id, actor.user_id)


def _run(
    runs: RunRepository, actor: Actor, run_id: UUID, task: Task | None, *, asked_is_enough: bool
) -> tuple[Run, Model]:
    if not actor.may(Permission.HISTORY):
        _require_running(actor, task)
    found = runs.get_run(run_id)
    if found is not None and (task is None or found[0].task == task):
        visible = found[0].user_id == actor.user_id or actor.may(Permission.REVIEW)
        if visible or (asked_is_enough and asked_to_rate(runs, actor, run_id)):
            check_kept(run_id, found[0].erased_at)
            return found
    raise NotFound("There is no such run; check its id.", facts={"run_id": str(run_id)})


def _require_running(actor: Actor, task: Task | None) -> None:
    """Whoever may run a task may look at what came of it."""
    if task is None and actor.may(Permission.GENERATE):
        return
    actor.require(Permission.GENERATE if task is Task.GENERATION else Permission.DETECT)
