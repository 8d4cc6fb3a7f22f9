"""A self-check: names what is wrong and what to do about it, and changes nothing."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.accounts.service import AccountService
from core.config import Settings
from core.errors import GlimpseError, Unavailable
from core.feedback.outbox import Outbox, OutboxError
from core.inference.addresses import is_remote, shown_source
from core.inference.catalog import BrokenEntry, is_fake, read_catalog
from core.inference.hashing import checked_weights_hash
from core.inference.types import ModelEntry
from core.jobs.types import QueueState
from core.permissions import Role

_ENOUGH_DISK = 2**30
_NAMED = 10
"""Refused ratings named one by one."""


@dataclass(frozen=True)
class Finding:
    good: bool
    subject: str
    text: str

    def __str__(self) -> str:
        return f"{'ok     ' if self.good else 'PROBLEM'}  {self.subject}: {self.text}"


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Room and rights for what is kept on this machine."""
    place = _nearest(settings.data_dir)
    if not os.access(place, os.W_OK):
        yield Finding(
            False,
            "data directory",
            f"{place} is not writable for this user; change its rights, or set GLIMPSE_DATA_DIR.",
        )
    if settings.database_url is not None:
        return
    free = shutil.disk_usage(place).free
    gib = free / 2**30
    enough = free >= _ENOUGH_DISK
    advice = "" if enough else "; the database needs room, free at least 1 GiB"
    yield Finding(enough, "disk", f"{gib:.1f} GiB free at {settings.data_dir}{advice}.")


def check_outbox(settings: Settings) -> Iterator[Finding]:
    """Ratings that were given while the database was away; nothing where there are none."""
    outbox = Outbox(settings.data_dir)
    try:
        waiting, refused = outbox.waiting(), outbox.refused(_NAMED)
        more = outbox.refused_count() - len(refused)
    except OutboxError as error:
        yield Finding(False, "outbox", error.message)
        return
    finally:
        outbox.close()
    if waiting:
        noun = "rating waits" if waiting == 1 else "ratings wait"
        yield Finding(True, "outbox", f"{waiting} {noun} for the database.")
    for entry in refused:
        yield Finding(
            False,
            "outbox",
            f"the rating said at {entry.said_at:%Y-%m-%d %H:%M} UTC of the run {entry.run_id} was "
            f"refused: {entry.refusal} An administrator settles it on the Feedback page.",
        )
    if more:
        yield Finding(False, "outbox", f"{more} more were refused.")


def check_models(settings: Settings) -> Iterator[Finding]:
    """Every entry of `models.toml`; folders are read through, so that damage shows."""
    try:
        entries = read_catalog(settings.models_file)
    except GlimpseError as error:
        yield Finding(False, "models", error.message)
        return
    for task, name in (("detection", "detector"), ("generation", "generator")):
        if not any(entry.task == task for entry in entries):
            yield Finding(
                False, "models", f"there is no [[{name}]]; add one to {settings.models_file.name}."
            )
    for entry in entries:
        yield _model(entry)


def check_people(accounts: AccountService) -> Iterator[Finding]:
    users = accounts.users(accounts.system_actor())
    if not users:
        yield Finding(True, "people", "nobody yet; the first start makes “admin”.")
        return
    admins = [user for user in users if user.active and user.role is Role.ADMIN]
    if admins:
        yield Finding(True, "people", f"{len(users)}, of which {len(admins)} administer.")
    else:
        yield Finding(
            False,
            "people",
            "there is no active administrator; use: manage.py users add NAME --role admin.",
        )


def check_queue(state: QueueState) -> Iterator[Finding]:
    """Jobs that nobody does; nothing where there are none."""
    waiting = sum(state.jobs.values())
    if waiting and not state.workers:
        noun = "job waits" if waiting == 1 else "jobs wait"
        yield Finding(
            False,
            "jobs",
            f"{waiting} {noun} and no worker runs; start the app, or with GLIMPSE_WORKER=none: "
            "manage.py worker.",
        )
    elif waiting or state.workers:
        yield Finding(True, "jobs", f"{waiting} under way or waiting; workers: {state.workers}.")


def why_away(error: Unavailable) -> str:
    """What the server, or the way to it, says; it quotes addresses and names, no password."""
    cause = getattr(error.__cause__, "orig", None) or error.__cause__ or error.message
    said = " ".join(str(cause).split())
    return f"not reachable: {said}; check GLIMPSE_DATABASE_URL and that the server runs."


def _model(entry: ModelEntry | BrokenEntry) -> Finding:
    subject = f"model {entry.id}"
    if isinstance(entry, BrokenEntry):
        return Finding(False, subject, entry.reason)
    if is_fake(entry):
        return Finding(True, subject, "built in, makes its answers up.")
    if is_remote(entry):
        return Finding(True, subject, f"{shown_source(entry.source)}, asked when first needed.")
    folder = Path(entry.source)
    if not folder.is_absolute():
        return Finding(True, subject, f"{entry.source} from the Hub, fetched when first loaded.")
    if not folder.is_dir():
        return Finding(
            False, subject, f"there is no folder {folder}; restore it, or change the source."
        )
    try:
        digest = checked_weights_hash(folder)
    except GlimpseError as error:
        return Finding(False, subject, error.message)
    return Finding(True, subject, f"{folder.name}, weights {digest[:12]}.")


def _nearest(path: Path) -> Path:
    """The first folder on the way up that is there."""
    return next(place for place in (path.absolute(), *path.absolute().parents) if place.exists())
