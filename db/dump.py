"""A whole database in one file, and back, by `pg_dump` and `pg_restore` as we ship them."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg2
from psycopg2 import extensions, sql
from sqlalchemy import make_url

from db.embedded.binaries import shipped
from db.embedded.errors import EmbeddedError

Counts = Mapping[str, int]
"""How many rows each table has."""

_TABLES = (
    "select schemaname, tablename from pg_tables"
    " where schemaname <> 'information_schema' and schemaname not like 'pg\\_%' order by 1, 2"
)


class DumpError(Exception):
    """The database cannot be copied, or a copy not be put back; the message says why."""


def dump(url: str, path: Path) -> Counts:
    """Write the database as it is at one moment; how much that is. People go on working.

    Raises `DumpError`.
    """
    with _connected(url) as connection, connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute("select pg_export_snapshot()")
        (snapshot,) = cursor.fetchone() or ("",)
        counts = _counted(cursor)
        written = ("--format=custom", f"--snapshot={snapshot}", f"--file={path}")
        _run(url, "pg_dump", *written)
    return counts


def restore(url: str, path: Path) -> None:
    """Put all of it into an empty database, or nothing. Raises `DumpError`."""
    if filled := list(counts(url)):
        raise DumpError(
            f"The database is not empty: it has {len(filled)} tables, {filled[0]} among them. "
            "Restore into an empty one, and keep this one until you have seen the other work."
        )
    _run(url, "pg_restore", "--single-transaction", "--exit-on-error", str(path))


def counts(url: str) -> Counts:
    with _connected(url) as connection, connection.cursor() as cursor:
        return _counted(cursor)


def _counted(cursor: extensions.cursor) -> Counts:
    cursor.execute(_TABLES)
    found = {}
    for schema, table in cursor.fetchall():
        cursor.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table)))
        (found[f"{schema}.{table}"],) = cursor.fetchone() or (0,)
    return found


@contextmanager
def _connected(url: str) -> Iterator[extensions.connection]:
    try:
        with closing(psycopg2.connect(_libpq(url))) as connection:
            yield connection
    except psycopg2.Error as error:
        raise DumpError(f"The database says: {' '.join(str(error).split())}") from error


def _run(url: str, program: str, *arguments: str) -> None:
    """Everybody may read what a process was started with, so the password goes by a file."""
    try:
        command = [str(shipped() / program), "--no-owner", "--no-privileges", *arguments]
    except EmbeddedError as error:
        raise DumpError(str(error)) from error
    with TemporaryDirectory(prefix="glimpse-") as folder:
        service = Path(folder, "service")
        parameters = extensions.parse_dsn(_libpq(url))
        service.write_text("[it]\n" + "".join(f"{k}={v}\n" for k, v in parameters.items()))
        service.chmod(0o600)
        done = subprocess.run(  # noqa: S603
            [*command, "--dbname=service=it"],
            check=False,
            env={**os.environ, "PGSERVICEFILE": str(service)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise DumpError(f"{program} says: {' '.join(done.stderr[-2000:].split())}")


def _libpq(url: str) -> str:
    """The address without the name of a driver, which only SQLAlchemy knows."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
