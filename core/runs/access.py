"""Whose runs an actor may see: its own; a reviewer sees everybody's."""

from uuid import UUID

from core.errors import NotFound
from core.permissions import Actor, Permission
from core.runs.types import Task
from db.repositories.runs import Model, Run, RunRepository


def readable_run(
    runs: RunRepository, actor: Actor, run_id: UUID, task: Task | None = None
) -> tuple[Run, Model]:
    """The run, if it is of `task` and the actor may see it.

    Raises
    ------
    NotAllowed : neither the history nor running such tasks is the actor's to use.
    NotFound : unknown, of another task, or somebody else's: the three are never told apart.
    """
    if not actor.may(Permission.HISTORY):
        _require_running(actor, task)
    found = runs.get_run(run_id)
    if (
        found is None
        or (task is not None and found[0].task != task)
        or (found[0].user_id != actor.user_id and not actor.may(Permission.REVIEW))
    ):
        raise NotFound("There is no such run; check its id.", facts={"run_id": str(run_id)})
    return found


def _require_running(actor: Actor, task: Task | None) -> None:
    """Whoever may run a task may look at what came of it."""
    if task is None and actor.may(Permission.GENERATE):
        return
    actor.require(Permission.GENERATE if task is Task.GENERATION else Permission.DETECT)
