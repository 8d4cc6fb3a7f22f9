"""Where the parts of an embedded PostgreSQL lie."""

import hashlib
import os
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from db.embedded.binaries import MAJOR
from db.embedded.errors import EmbeddedError
from db.embedded.identity import Identity, identity_for

APP = "glimpse"
SUPERUSER = "postgres"
PORT = 5432
_LONGEST_SOCKET = 100  # bytes; the systems allow 103 or 107
_OUTSIDE = Path("/var/lib/glimpse")


@dataclass(frozen=True)
class Place:
    """One cluster's paths. `base` is `home`, unless the server's user cannot enter that."""

    home: Path
    base: Path
    identity: Identity

    @property
    def data(self) -> Path:
        return self.base / f"pg{MAJOR}"

    @property
    def log(self) -> Path:
        return log_of(self.home)

    @property
    def sockets(self) -> Path:
        """The folder of the socket; a short one where the system's limit would be passed.

        It does not follow TMPDIR: every process has to find the same one.
        """
        inside = self.base / "run"
        path = os.fsencode(inside / f".s.PGSQL.{PORT}")
        if len(path) <= _LONGEST_SOCKET and b"," not in path:  # libpq splits hosts at commas
            return inside
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path(f"/tmp/{APP}-{self.identity.uid}-{digest}")  # noqa: S108 (made 0700, checked)

    def password(self, role: str) -> str:
        """The role's password, made on first use, kept 0600 in `home`."""
        path = self.home / f"{role}.password"
        if not path.exists():
            if role == SUPERUSER and self.data.exists():
                raise EmbeddedError(
                    f"{path} is missing; put it back from a backup, or move {self.data} away to "
                    "begin with an empty database."
                )
            write_private(path, secrets.token_urlsafe(32))
        return path.read_text()

    def address(self, role: str = APP, database: str = APP) -> str:
        host = quote(os.fsencode(self.sockets), safe="")
        return f"postgresql://{role}:{self.password(role)}@/{database}?host={host}&port={PORT}"


def place_of(home: Path) -> Place:
    """The place of the cluster in `home`, which must exist; makes what the server's user needs."""
    base = base_of(home)
    identity = identity_for(base / f"pg{MAJOR}")
    if base == home and identity.switch and not identity.reaches(home):
        home.chmod(stat.S_IMODE(home.stat().st_mode) | 0o011)
        if not identity.reaches(home):
            base = _outside(home)
    return Place(home, base, identity)


def base_of(home: Path) -> Path:
    link = home / "outside"
    return link.resolve() if link.is_symlink() else home


def log_of(home: Path) -> Path:
    return home / "postgres.log"


def make_sockets(place: Place) -> None:
    """Make the socket's folder, for the server's user alone; refuse one that others could use."""
    folder = place.sockets
    if not os.path.lexists(folder):
        folder.mkdir(mode=0o700)
        place.identity.give(folder)
    found = folder.lstat()
    private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
    if not private or found.st_uid != place.identity.uid:
        raise EmbeddedError(
            f"The socket folder {folder} is open to other users or belongs to one; remove it."
        )


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner reads; it is there whole or not at all."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _outside(home: Path) -> Path:
    """A folder the server's user can enter, remembered by a link in `home` (root's, say)."""
    if (home / f"pg{MAJOR}").exists():
        raise EmbeddedError(
            f"The database in {home} belongs to a user who may no longer enter that folder; "
            "give the folders above it back their permissions."
        )
    _OUTSIDE.mkdir(mode=0o755, parents=True, exist_ok=True)
    base = Path(tempfile.mkdtemp(dir=_OUTSIDE))
    base.chmod(0o711)
    (home / "outside").symlink_to(base)
    return base
