"""What a transaction reads, as a stream of bytes made by PostgreSQL's COPY in constant memory."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from queue import Empty, Full, Queue
from threading import Event, Lock, Thread
from typing import Any, Protocol

from psycopg2 import extensions, sql
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from db.session import Database

AnySelect = Select[*tuple[Any, ...]]

_CHUNK_BYTES = 1 << 18
_CHUNKS_HELD = 8
_TIMEOUT = "30min"
_POLL_S = 0.5


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


class _Closed(Exception):
    """The reader has left."""


class Source:
    """One transaction, which sees the database as it was when the transaction began."""

    def __init__(self, session: Session, driver: extensions.connection) -> None:
        self.session = session
        self._driver = driver

    def copy_csv(self, statement: AnySelect, into: Sink, quoted: Sequence[str] = ()) -> None:
        """The rows as CSV in UTF-8 with a header line; columns of `quoted` always in quotes."""
        with self._driver.cursor() as cursor:
            cursor.copy_expert(csv_command(cursor, statement, quoted), into, size=_CHUNK_BYTES)

    def copy_lines(self, statement: AnySelect, into: Sink) -> None:
        """The rows' only column, which must have no control characters, a line each."""
        with self._driver.cursor() as cursor:
            command = _command(cursor, statement, "format csv, delimiter E'\\x02', quote E'\\x01'")
            cursor.copy_expert(command, into, size=_CHUNK_BYTES)


class CopyStream(Iterator[bytes]):
    """An iterator of what `work` writes; it holds one connection until it ends.

    A slow reader slows the server down: at most about 2 MiB wait here. `close` ends what runs in
    the server at once and frees the connection; a stream that fails raises, so that a broken
    export is never taken for a short one. Connection errors are raised while it is made.
    """

    def __init__(self, database: Database, work: Callable[[Source, Sink], None]) -> None:
        self._database = database
        self._make = work
        self._chunks: Queue[bytes | BaseException | None] = Queue(_CHUNKS_HELD)
        self._buffer = bytearray()
        self._closed = Event()
        self._connected: Future[None] = Future()
        self._lock = Lock()
        self._copying: extensions.connection | None = None
        Thread(target=self._work, name="copy-stream", daemon=True).start()
        self._connected.result()

    def __next__(self) -> bytes:
        while not self._closed.is_set():
            try:
                chunk = self._chunks.get(timeout=_POLL_S)
            except Empty:
                continue
            if isinstance(chunk, bytes):
                return chunk
            self._closed.set()
            if chunk is not None:
                raise chunk
        raise StopIteration

    def close(self) -> None:
        """Stop, wherever it is; may be called from any thread, and more than once."""
        with self._lock:
            self._closed.set()
            if self._copying is not None:
                self._copying.cancel()

    def write(self, data: bytes) -> int:
        """Take the next bytes from the driver."""
        self._buffer += data
        if len(self._buffer) >= _CHUNK_BYTES:
            self._put(bytes(self._buffer))
            self._buffer.clear()
        return len(data)

    def _work(self) -> None:
        try:
            self._read()
            if self._buffer:
                self._put(bytes(self._buffer))
            self._put(None)
        except _Closed:
            return
        except BaseException as error:  # noqa: BLE001 - handed to the reader, who raises it
            self._fail(error)

    def _read(self) -> None:
        with self._database.unit_of_work() as session:
            connection = session.connection(
                execution_options={"isolation_level": "REPEATABLE READ"}
            )
            driver = connection.connection.driver_connection
            assert isinstance(driver, extensions.connection)  # noqa: S101
            with driver.cursor() as cursor:
                cursor.execute("set local statement_timeout = %s", (_TIMEOUT,))
            self._began(driver)
            try:
                self._make(Source(session, driver), self)
            finally:
                self._ended()
                if self._closed.is_set():
                    session.invalidate()

    def _began(self, driver: extensions.connection) -> None:
        with self._lock:
            self._copying = driver
        self._connected.set_result(None)

    def _ended(self) -> None:
        """From here on the connection may serve somebody else, whom `close` must not cancel."""
        with self._lock:
            self._copying = None

    def _fail(self, error: BaseException) -> None:
        if not self._connected.done():
            self._connected.set_exception(error)
        elif not self._closed.is_set():
            self._put_last(error)

    def _put(self, item: bytes | BaseException | None) -> None:
        while not self._closed.is_set():
            try:
                return self._chunks.put(item, timeout=_POLL_S)
            except Full:
                continue
        raise _Closed

    def _put_last(self, error: BaseException) -> None:
        try:
            self._put(error)
        except _Closed:
            return


def csv_command(
    cursor: extensions.cursor, statement: AnySelect, quoted: Sequence[str] = ()
) -> bytes:
    force = ""
    if quoted:
        names = sql.SQL(", ").join(map(sql.Identifier, quoted)).as_string(cursor)
        force = f", force_quote ({names})"
    return _command(cursor, statement, f"format csv, header{force}")


def _written_out(cursor: extensions.cursor, statement: AnySelect) -> bytes:
    """The statement with its parameters in it, quoted by the driver: COPY takes none."""
    dialect = postgresql.psycopg2.dialect()  # type: ignore[no-untyped-call]
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    values = dict(compiled.params)
    for name, bind in compiled.binds.items():
        process = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if process is not None and name in values:
            values[name] = process(values[name])  # as JSON, where the column is
    query: bytes = cursor.mogrify(str(compiled), values)
    return query


def _command(cursor: extensions.cursor, statement: AnySelect, options: str) -> bytes:
    said = options.encode()
    return b"copy (" + _written_out(cursor, statement) + b") to stdout with (" + said + b")"
