"""A backup: the database, what lasts beside it, and a manifest that says what must come back."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from core.clock import now
from core.config import Settings
from core.database import address, open_database
from core.errors import Conflict, GlimpseError, Invalid
from core.feedback.outbox import Outbox
from core.signing import KEY_FILE
from core.version import product_version
from db import dump
from db.dump import DumpError

_DATABASE, _MANIFEST = "database.dump", "manifest.json"
_OUTBOX = "outbox.sqlite3"


class BackupError(GlimpseError):
    """A backup cannot be made, or not be put back."""

    code = "backup"


@dataclass(frozen=True)
class Manifest:
    """`rows` by table, `files` as SHA-256 by name."""

    version: str
    made_at: str
    rows: Mapping[str, int]
    files: Mapping[str, str]


def back_up(settings: Settings, folder: Path) -> Manifest:
    """Write everything that lasts into `folder`, which is new, and appears once it is whole.

    Raises
    ------
    Conflict : the folder is there already.
    BackupError : the database or the disk says no.
    """
    if folder.exists():
        raise Conflict(f"{folder} is there already; name a folder that is not.")
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700, parents=True)
        _copy_beside(
            settings, unfinished
        )  # first: what leaves the outbox now is in the database then
        with closing(open_database(settings)):
            rows = dump.dump(address(settings), unfinished / _DATABASE)
        files = {path.name: _digest(path) for path in sorted(unfinished.iterdir())}
        manifest = Manifest(product_version(), now().isoformat(timespec="seconds"), rows, files)
        (unfinished / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=1))
        for path in unfinished.iterdir():
            path.chmod(0o600)
        unfinished.rename(folder)
    except (DumpError, OSError) as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise BackupError(f"No backup was made. {error}") from error
    return manifest


def restore(settings: Settings, folder: Path) -> Manifest:
    """Put a backup into an empty database and an unused data directory, and count what came back.

    Everything is checked before anything is written, and the database comes whole or not at all.

    Raises
    ------
    Invalid : the folder is no backup, or damaged.
    Conflict : something is there that would be lost.
    BackupError : the database or the disk says no, or rows are missing.
    """
    manifest = _checked(folder)
    kept = {
        name: settings.data_dir / name for name in (KEY_FILE, _OUTBOX) if name in manifest.files
    }
    for path in kept.values():
        if path.exists():
            raise Conflict(f"{path} is there already; restore into an unused data directory.")
    try:
        with closing(open_database(settings)):
            url = address(settings)
            dump.restore(url, folder / _DATABASE)
            found = dump.counts(url)
    except DumpError as error:
        raise BackupError(f"Nothing was restored. {error}") from error
    try:
        for name, path in kept.items():
            shutil.copy(folder / name, path)
    except OSError as error:
        raise BackupError(
            f"The database was restored. Copy {', '.join(kept)} to {settings.data_dir} by hand, as "
            f"that was refused: {error}"
        ) from error
    wrong = [name for name in manifest.rows if manifest.rows[name] != found.get(name)]
    if wrong:
        raise BackupError(f"Other counts came back than were saved, in {', '.join(wrong)}.")
    return manifest


def _copy_beside(settings: Settings, folder: Path) -> None:
    """The secret key where it is no setting, and the ratings that wait for the database."""
    key = settings.data_dir / KEY_FILE
    if settings.secret_key is None and key.exists():
        shutil.copy(key, folder / KEY_FILE)
    outbox = Outbox(settings.data_dir)
    if outbox.path.exists():
        try:
            outbox.copy_to(folder / _OUTBOX)
        finally:
            outbox.close()


def _checked(folder: Path) -> Manifest:
    try:
        manifest = Manifest(**json.loads((folder / _MANIFEST).read_text()))
        damaged = [
            name for name, digest in manifest.files.items() if _digest(folder / name) != digest
        ]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise Invalid(f"{folder} is no backup, or not all of it: {error}.") from error
    if damaged or _DATABASE not in manifest.files:
        raise Invalid(f"The backup in {folder} is damaged: {', '.join(damaged) or _DATABASE}.")
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
