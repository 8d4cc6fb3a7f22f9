"""What `manage.py runs` does."""

from argparse import Namespace
from uuid import UUID

from core.accounts.service import AccountService
from core.config import Settings
from core.errors import Invalid
from core.inference.registry import ModelRegistry
from core.runs.again import Again, RunAgainService
from db.session import Database


def again(database: Database, settings: Settings, options: Namespace) -> tuple[str, bool]:
    """Run a recorded run once more; what came of it, and whether it gives the same."""
    try:
        run_id = UUID(options.id)
    except ValueError as error:
        raise Invalid(f"“{options.id}” is not the id of a run.") from error
    models = ModelRegistry.from_file(settings)
    try:
        actor = AccountService.system_actor()
        found = RunAgainService(database, models, settings).again(actor, run_id)
    finally:
        models.close()
    return f"{run_id}: {_said(found)}", found.close


def _said(found: Again) -> str:
    if found.equal:
        return "equal: the output is the recorded one, to the last digit."
    if found.close:
        return "equal but for rounding: labels are the recorded ones, numbers within 0.001."
    return f"DIFFERENT. {found.differs}"
