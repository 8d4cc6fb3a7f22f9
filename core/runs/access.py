"""Whose runs an actor may see: its own, and those it was asked to rate; a reviewer, everybody's."""

from uuid import UUID

from core.errors import NotFound
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
    """
    return _run(runs, actor, run_id, task, asked_is_enough=True)


def usable_run(
    runs: RunRepository, actor: Actor, run_id: UUID, task: Task | None = None
) -> tuple[Run, Model]:
    """The run, if the actor may make others of it too; raises as `readable_run`.

    To be asked to rate a run is not enough for that.
    """
    return _run(runs, actor, run_id, task, asked_is_enough=False)


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
        if found[0].user_id == actor.user_id or actor.may(Permission.REVIEW):
            return found
        if asked_is_enough and asked_to_rate(runs, actor, run_id):
            return found
    raise NotFound("There is no such run; check its id.", facts={"run_id": str(run_id)})


def _require_running(actor: Actor, task: Task | None) -> None:
    """Whoever may run a task may look at what came of it."""
    if task is None and actor.may(Permission.GENERATE):
        return
    actor.require(Permission.GENERATE if task is Task.GENERATION else Permission.DETECT)
