"""The command line's part for keeping and erasing."""

from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from core.accounts.service import AccountService
from core.admin_cli import Told
from core.config import Settings
from core.doctor import Finding
from core.keeping.erasure import ErasureService
from core.keeping.service import KeepingService
from db.session import Database


def run(database: Database, settings: Settings) -> str:
    removed = KeepingService(database, settings).run(AccountService.system_actor())
    return f"Removed {removed}."


def erase(accounts: AccountService, name: str, now: bool) -> Told:
    """Have a user erased in a day, or `now`."""
    actor, erasure = accounts.system_actor(), ErasureService(accounts.database)
    asked = erasure.erase_user(actor, erasure.named(actor, name).user_id, name)
    if not now:
        return Told(
            note=f"{asked.username} is disabled, and erased after {asked.erase_at:%Y-%m-%d %H:%M} "
            f"UTC. Until then this takes it back: manage.py users keep {asked.username}"
        )
    keeping = KeepingService(accounts.database, accounts.settings)
    if keeping.erase_now(actor, asked.user_id):
        return Told(note=f"{asked.username} is erased; what was counted of them stays.")
    return Told(note="A run of theirs is still being written; it ends with the next `keep run`.")


def keep(accounts: AccountService, name: str) -> Told:
    actor, erasure = accounts.system_actor(), ErasureService(accounts.database)
    kept = erasure.undo_erasure(actor, erasure.named(actor, name).user_id)
    return Told(note=f"{kept.username} is kept; “users enable” lets them in again.")


def check(database: Database, settings: Settings) -> Iterator[Finding]:
    """What the hourly job removes next."""
    due = KeepingService(database, settings).due()
    yield Finding(True, "keeping", f"{due} past its time." if due else "nothing is past its time.")


ERASURES: Mapping[str, Callable[[AccountService, Namespace], Told]] = MappingProxyType(
    {
        "users erase": lambda a, o: erase(a, o.name, o.now),
        "users keep": lambda a, o: keep(a, o.name),
    }
)
