"""The engine and the one boundary that commits or rolls back."""

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

__all__ = ["Database", "Presence", "Session", "is_postgresql"]

_TRUSTED_S = 0.05
"""How long a connection is taken for alive after its last use: no server restarts sooner."""
_USED = "used"


class Database:
    """One PostgreSQL, reached through one pool.

    Parameters
    ----------
    url : a libpq or SQLAlchemy address; the driver is always psycopg2.
    away : makes the error raised where the server cannot be reached or hangs up.
    """

    def __init__(self, url: str, away: Callable[[], Exception]) -> None:
        self._away = away
        self.engine: Engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg2"),
            pool_size=10,
            max_overflow=20,
            pool_timeout=5,
            pool_use_lifo=True,
            connect_args={
                "connect_timeout": 5,
                "options": "-c statement_timeout=30s -c lock_timeout=10s -c timezone=UTC",
            },
        )
        event.listen(self.engine, "checkin", _note_use)
        event.listen(self.engine, "checkout", self._check_alive)

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """A transaction: committed where the block ends, rolled back where it raises."""
        with (
            self.answering(),
            Session(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def connected(self) -> Iterator[Callable[[], AbstractContextManager[Session]]]:
        """Units of work, one after the other, on a connection of their own.

        What one leaves on the connection (temporary tables, locks) is there for the next; it is
        gone with the connection, where the block ends.
        """

        @contextmanager
        def step() -> Iterator[Session]:
            with (
                self.answering(),
                Session(connection, expire_on_commit=False) as session,
                session.begin(),
            ):
                yield session

        with self.answering():
            connection = self.engine.connect()
        try:
            connection.detach()
            yield step
            with step() as session:  # the server notices a closed connection a moment later
                session.execute(select(func.pg_advisory_unlock_all()))
        finally:
            connection.close()

    def vacuum(self, tables: Sequence[str]) -> None:
        """Clear away what deleted rows leave behind, and count anew what the planner asks for."""
        with self.answering(), self.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("set statement_timeout = 0"))
            connection.execute(text(f"vacuum (analyze) {', '.join(tables)}"))
            connection.execute(text("reset statement_timeout"))

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Raise what `away` makes where the block finds the server gone."""
        try:
            yield
        except PoolTimeout as error:
            raise self._away() from error
        except DBAPIError as error:
            if _is_away(error):
                raise self._away() from error
            raise

    def ping(self) -> None:
        """Return if the server answers; raise what `away` makes otherwise."""
        with self.unit_of_work() as session:
            session.execute(text("select 1"))

    def libpq(self) -> dict[str, Any]:
        """How to connect without this pool, as libpq names it; the password is in it."""
        _, given = self.engine.dialect.create_connect_args(self.engine.url)
        return {**given, "connect_timeout": 5, "options": "-c timezone=UTC"}

    def close(self) -> None:
        self.engine.dispose()

    def _check_alive(self, connection: Any, record: ConnectionPoolEntry, _: object) -> None:
        """Ask a connection that lay idle for an answer, so that a restart goes unnoticed."""
        now = monotonic()
        if now - record.info.get(_USED, now) < _TRUSTED_S:
            return
        try:
            self.engine.dialect.do_ping(connection)
        except self.engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


class Presence:
    """A mark that this process lives, gone with it however it ends.

    It is an advisory lock held by a connection outside the pool. It is shared, so that it can be
    shown anew before the server has noticed that an earlier connection broke; whoever gets the
    same lock for itself alone knows that nobody shows it.
    """

    def __init__(self, database: Database) -> None:
        self.key = secrets.randbits(63)
        self._database = database
        self._lock = threading.Lock()
        self._connection: Connection | None = None

    def show(self) -> None:
        """Show the mark, anew where its connection broke; raise what `away` makes otherwise."""
        with self._lock, self._database.answering():
            if self._connection is None or not _lives(self._connection):
                self._connection = None
                self._connection = self._shown()

    def leave(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _shown(self) -> Connection:
        connection = self._database.engine.connect()
        connection.detach()
        connection.execute(select(func.pg_advisory_lock_shared(self.key)))
        connection.commit()
        return connection


def _lives(connection: Connection) -> bool:
    """Whether it still answers; one that does not is closed."""
    try:
        connection.execute(text("select 1"))
        connection.commit()
    except DBAPIError as error:
        connection.close()
        if not _is_away(error):
            raise
        return False
    return True


def _note_use(_: object, record: ConnectionPoolEntry) -> None:
    record.info[_USED] = monotonic()


def is_postgresql(url: str) -> bool:
    """Whether `url` can be read, and is the address of a PostgreSQL."""
    try:
        return make_url(url).get_backend_name() in {"postgresql", "postgres"}
    except (ArgumentError, ValueError):
        return False


def _is_away(error: DBAPIError) -> bool:
    """Broken connections and servers going down, not slow or wrong statements."""
    if error.connection_invalidated:
        return True
    sqlstate = getattr(error.orig, "pgcode", None)
    if sqlstate is None:
        return type(error.orig).__name__ in {"OperationalError", "InterfaceError"}
    return str(sqlstate).startswith(("08", "57P0"))
