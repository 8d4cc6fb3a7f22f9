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
    NotFound : unknown, of another task, or somebody else's: the three are never told apart.
    """
    found = runs.get_run(run_id)
    if (
        found is None
        or (task is not None and found[0].task != task)
        or (found[0].user_id != actor.user_id and not actor.may(Permission.REVIEW))
    ):
        raise NotFound("There is no such run; check its id.", facts={"run_id": str(run_id)})
    return found
