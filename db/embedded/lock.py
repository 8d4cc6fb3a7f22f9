"""Three file locks: for a single launcher at a time, for the server that lives, for its users.

The second is taken by the launcher and inherited by the server and its children, so the kernel
keeps it until the last of them is gone, however they end. It cannot be mistaken for another
process, as a process id in a file can be.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def launching(home: Path) -> Iterator[None]:
    """Wait until no other launcher, in this process or another, works on `home`."""
    descriptor = _open(home / "launcher.lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def claim(home: Path) -> int | None:
    """The lock of a living server as an open descriptor, or None while a server holds it."""
    descriptor = _open(home / "server.lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def server_lives(home: Path) -> bool:
    """Whether any process of the server is left."""
    if not (home / "server.lock").exists():
        return False
    descriptor = claim(home)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


def share(home: Path) -> int:
    """Be one of the users while the descriptor is open; waits while the last one leaves."""
    path = home / "users.lock"
    descriptor = _open(path)
    owner = home.stat()
    if os.geteuid() == 0 and path.stat().st_uid != owner.st_uid:
        os.chown(path, owner.st_uid, owner.st_gid)  # who owns the folder is to use it too
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def is_last(descriptor: int) -> bool:
    """Whether there is no other user; then nobody becomes one before the descriptor is closed."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
