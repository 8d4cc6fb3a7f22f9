"""What `manage.py demo` does. Progress goes to standard error, the result is returned."""

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from time import monotonic
from types import MappingProxyType

from core.accounts.service import AccountService
from core.config import Settings
from core.demo.service import DemoService
from core.errors import Conflict
from db.session import Database


def load(database: Database, settings: Settings, options: Namespace) -> str:
    began = monotonic()
    try:
        loaded = DemoService(database, settings).load(
            AccountService.system_actor(), options.runs, options.seed, _tell
        )
    except KeyboardInterrupt as error:
        raise Conflict("Broken off; the same command goes on with it.") from error
    return (
        f"Added {loaded.runs:,} runs and {loaded.ratings:,} ratings in {monotonic() - began:.0f} s."
        " The people in them cannot sign in; `manage.py demo clear` removes all of it."
    )


def clear(database: Database, settings: Settings, _: Namespace) -> str:
    began = monotonic()
    try:
        gone = DemoService(database, settings).clear(AccountService.system_actor(), _tell)
    except KeyboardInterrupt as error:
        raise Conflict("Broken off; `manage.py demo clear` goes on with it.") from error
    return (
        f"Removed {gone.runs:,} runs and {gone.ratings:,} ratings in {monotonic() - began:.0f} s."
    )


COMMANDS: Mapping[str, Callable[[Database, Settings, Namespace], str]] = MappingProxyType(
    {"load": load, "clear": clear}
)


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
