"""What the rest of the product calls: ensure, stop, status."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import SubprocessError
from typing import Literal

from db.embedded import lock
from db.embedded.binaries import MAJOR
from db.embedded.errors import EmbeddedError
from db.embedded.place import SUPERUSER, Place, base_of, log_of, place_of
from db.embedded.server import Answer, ask, grant, initialise, interrupt, log_tail, start

_PATIENCE = {Answer.BUSY: 600.0, Answer.DOWN: 60.0}
"""Seconds to wait: for recovery, and for what is left of a killed server."""
_STOP_SECONDS = 120.0
_PAUSE = 0.05


@dataclass(frozen=True)
class Status:
    """`busy`: starting, recovering or going down."""

    state: Literal["absent", "stopped", "busy", "running"]
    data: Path
    log: Path


def ensure(home: Path) -> str:
    """Make and start the PostgreSQL in `home` as far as needed.

    Any number of processes may call this at once, for a running, stopped or killed server.

    Returns
    -------
    The address of the application's own role, which is not a superuser. It holds a password.

    Raises
    ------
    EmbeddedError : with what to do about it.
    """
    home = home.expanduser().resolve()
    with explained(home):
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lock.launching(home):
            place = place_of(home)
            if not place.data.exists():
                _initialised(place)
            if _started(place) is Answer.REFUSED:
                grant(place)
            return place.address()


def stop(home: Path) -> None:
    """Stop the server and wait until it is gone; nothing happens where none runs."""
    home = home.expanduser().resolve()
    if not home.exists():
        return
    with explained(home), lock.launching(home):
        if not _data(home).exists():
            return
        place = place_of(home)
        began = time.monotonic()
        interrupted = False
        while lock.server_lives(home):
            if not interrupted and ask(place.address(SUPERUSER, SUPERUSER)) is not Answer.DOWN:
                interrupt(place)
                interrupted = True
            if time.monotonic() - began > _STOP_SECONDS:
                raise EmbeddedError(
                    f"The embedded PostgreSQL did not stop within {_STOP_SECONDS:.0f} s; see "
                    f"{place.log} and try again."
                )
            time.sleep(_PAUSE)
        with suppress(OSError):  # kept where a killed server left its socket
            place.sockets.rmdir()


def status(home: Path) -> Status:
    """How it stands with the PostgreSQL in `home`; changes nothing."""
    home = home.expanduser().resolve()
    data, log = _data(home), log_of(home)
    if not data.exists():
        return Status("absent", data, log)
    with explained(home):
        if not lock.server_lives(home):
            return Status("stopped", data, log)
        ready = ask(place_of(home).address()) is Answer.READY
        return Status("running" if ready else "busy", data, log)


def _data(home: Path) -> Path:
    return base_of(home) / f"pg{MAJOR}"


def _initialised(place: Place) -> None:
    began = time.monotonic()
    while (free := lock.claim(place.home)) is None:
        if time.monotonic() - began > _PATIENCE[Answer.DOWN]:
            raise EmbeddedError(
                f"{place.data} is gone, but its server still lives; end its processes, try again."
            )
        time.sleep(_PAUSE)
    try:
        initialise(place, free)
    finally:
        os.close(free)


def _started(place: Place) -> Answer:
    """Wait for an answer, starting the server once where none is alive."""
    began = time.monotonic()
    started = False
    while (answer := ask(place.address())) in _PATIENCE:
        if not started and (free := lock.claim(place.home)) is not None:
            start(place, free)
            started = True
        elif not lock.server_lives(place.home) or time.monotonic() - began > _PATIENCE[answer]:
            raise EmbeddedError(
                f"The embedded PostgreSQL in {place.data} does not start. The end of its log, "
                f"{place.log}:\n{log_tail(place.log)}"
            )
        else:
            time.sleep(_PAUSE)
    return answer


@contextmanager
def explained(home: Path) -> Iterator[None]:
    """Say of what the system refuses that it is about `home`, and what to do."""
    try:
        yield
    except (OSError, SubprocessError) as error:
        raise EmbeddedError(
            f"The embedded PostgreSQL in {home} cannot be used: {error}. Make the folder writable "
            "to this user, or choose another with GLIMPSE_DATA_DIR."
        ) from error
