"""The server of one place: made, started, asked, stopped."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import IO

import psycopg2
from psycopg2 import sql

from db.embedded.binaries import bin_folder, environment, run_initdb
from db.embedded.errors import EmbeddedError
from db.embedded.place import APP, PORT, SUPERUSER, Place, make_sockets, write_private

_TUNING = {
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "2GB",
    "random_page_cost": "1.1",
    "max_connections": "100",
    "jit": "off",
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    "idle_in_transaction_session_timeout": "60s",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
_DISCREET = {
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
"""The server's log tells no statements: in them stands what people wrote."""
_LOG_BYTES = 10 * 2**20


class Answer(Enum):
    READY = "ready"
    REFUSED = "refused"
    BUSY = "busy"
    DOWN = "down"


def ask(address: str) -> Answer:
    """Try to sign in. BUSY: starting, recovering or going down. REFUSED: no such role or base."""
    try:
        psycopg2.connect(address, connect_timeout=3).close()
    except psycopg2.OperationalError as error:
        said = str(error)
        if "FATAL:" not in said:
            return Answer.DOWN
        unknown = "password authentication failed" in said or "does not exist" in said
        return Answer.REFUSED if unknown else Answer.BUSY
    return Answer.READY


def initialise(place: Place, lock: int) -> None:
    """Make the cluster beside its final place, so that one cut short is never taken for whole.

    `initdb` inherits `lock`: where it outlives a killed launcher, the next one waits for its end.
    """
    unfinished = place.base / "cluster.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    place.identity.give(unfinished)
    password_file = place.base / "initdb.password"
    write_private(password_file, place.password(SUPERUSER))
    place.identity.give(password_file)
    arguments = ["-D", str(unfinished), "-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8"]
    arguments += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    arguments += [f"--pwfile={password_file}"]
    for name, value in _TUNING.items():
        arguments += ["--set", f"{name}={value}"]
    try:
        run_initdb(bin_folder(place.base, place.identity), arguments, place.identity, lock)
    finally:
        password_file.unlink()
    unfinished.rename(place.data)


def start(place: Place, lock: int) -> None:
    """Start the server in the background; it inherits `lock`, which is closed here.

    A shell puts it there, so that it is nobody's child and outlives the launcher.
    """
    with contextlib.closing(os.fdopen(lock)):
        programs = bin_folder(place.base, place.identity)
        make_sockets(place)
        for stale in (place.data / "postmaster.pid", place.sockets / f".s.PGSQL.{PORT}.lock"):
            stale.unlink(missing_ok=True)
        sockets = str(place.sockets).replace('"', '""')
        fixed = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": f'"{sockets}"',
            "unix_socket_permissions": "0700",
            **_DISCREET,
        }
        command = [str(programs / "postgres"), "-D", str(place.data)]
        for name, value in fixed.items():
            command += ["-c", f"{name}={value}"]
        with _open_log(place.log) as log:
            subprocess.run(  # noqa: S603
                ["/bin/sh", "-c", '"$@" &', "sh", *command],
                check=True,
                cwd="/",
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock,),
                start_new_session=True,
                **place.identity.switch,
            )


def grant(place: Place) -> None:
    """Make the application's role and database, or give the role its password again."""
    superuser = place.address(SUPERUSER, SUPERUSER)
    if ask(superuser) is Answer.REFUSED:
        raise EmbeddedError(
            f"The server in {place.data} does not accept {place.home / SUPERUSER}.password; "
            "put the file that belongs to it back from a backup."
        )
    with contextlib.closing(psycopg2.connect(superuser)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("select 1 from pg_roles where rolname = %s", (APP,))
            verb = sql.SQL("alter" if cursor.fetchone() else "create")
            role = sql.SQL("{} role {} login nosuperuser nocreatedb nocreaterole password %s")
            cursor.execute(role.format(verb, sql.Identifier(APP)), (place.password(APP),))
            cursor.execute("select 1 from pg_database where datname = %s", (APP,))
            if cursor.fetchone() is None:
                base = sql.SQL("create database {0} owner {0}")
                cursor.execute(base.format(sql.Identifier(APP)))


def interrupt(place: Place) -> None:
    """Ask for a fast shutdown. Only right after the server answered: then the id is its own."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        identifier = (place.data / "postmaster.pid").read_text().splitlines()[0]
        os.kill(int(identifier), signal.SIGINT)


def log_tail(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:] if log.exists() else ""


@contextlib.contextmanager
def _open_log(log: Path) -> Iterator[IO[str]]:
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        yield file
