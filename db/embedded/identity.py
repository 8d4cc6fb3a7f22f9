"""Which system user runs the server: PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.embedded.errors import EmbeddedError

SERVICE_USER = "pgserver"


@dataclass(frozen=True)
class Identity:
    """The user of the server's processes and files."""

    uid: int
    gid: int

    @property
    def switch(self) -> dict[str, Any]:
        """Arguments of `subprocess.run` that make the child run as this user."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Make this user the owner of `path`."""
        if self.uid != os.geteuid():
            os.chown(path, self.uid, self.gid)

    def reaches(self, folder: Path) -> bool:
        """Whether this user may enter `folder`, through all its parents."""
        if not self.switch:
            return os.access(folder, os.X_OK)
        test = ["test", "-x", str(folder)]
        return subprocess.run(test, check=False, cwd="/", **self.switch).returncode == 0  # noqa: S603


def identity_for(data: Path) -> Identity:
    """The owner of an existing cluster; for a new one ourselves, or a service user under root."""
    own = os.geteuid()
    if data.exists():
        owner = data.stat()
        if own not in (0, owner.st_uid):
            raise EmbeddedError(
                f"{data} belongs to the system user {_name(owner.st_uid)}; start as that user, "
                "or choose another folder with GLIMPSE_DATA_DIR."
            )
        return Identity(owner.st_uid, owner.st_gid)
    if own != 0:
        return Identity(own, os.getegid())
    entry = _service_user()
    return Identity(entry.pw_uid, entry.pw_gid)


def _service_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        _create_service_user()
    return pwd.getpwnam(SERVICE_USER)


def _create_service_user() -> None:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    advice = (
        f"PostgreSQL does not run as root, and the system user {SERVICE_USER} could not be made"
        "{reason}; start as a normal user, or create that system user."
    )
    if useradd is None:
        raise EmbeddedError(advice.format(reason=" (there is no useradd)"))
    command = [useradd, "--system", "--no-create-home", "--shell", "/bin/false", SERVICE_USER]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode not in (0, 9):  # 9: another process was faster
        raise EmbeddedError(advice.format(reason=f" ({done.stderr.strip()})"))


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
