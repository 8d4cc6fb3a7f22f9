"""A query's rows as CSV, streamed by PostgreSQL's COPY in constant memory."""

from collections.abc import Iterator
from concurrent.futures import Future
from queue import Empty, Full, Queue
from threading import Event, Lock, Thread
from typing import Any

from psycopg2 import extensions
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql

from db.session import Database

_CHUNK_BYTES = 1 << 18
_CHUNKS_HELD = 8
_TIMEOUT = "30min"
_POLL_S = 0.5


class _Closed(Exception):
    """The reader has left."""


class CopyStream(Iterator[bytes]):
    """An iterator of CSV in UTF-8 with a header line; it holds one connection until it ends.

    A slow reader slows the server down: at most about 2 MiB wait here. `close` ends the COPY in
    the server at once and frees the connection; a stream that fails raises, so that a broken
    export is never taken for a short one. Connection errors are raised while it is made.
    """

    def __init__(self, database: Database, statement: Select[*tuple[Any, ...]]) -> None:
        self._database = database
        self._statement = statement
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
            self._copy()
            if self._buffer:
                self._put(bytes(self._buffer))
            self._put(None)
        except _Closed:
            return
        except BaseException as error:  # noqa: BLE001 - handed to the reader, who raises it
            self._fail(error)

    def _copy(self) -> None:
        with self._database.unit_of_work() as session:
            driver = session.connection().connection.driver_connection
            assert isinstance(driver, extensions.connection)  # noqa: S101
            with driver.cursor() as cursor:
                cursor.execute("set local statement_timeout = %s", (_TIMEOUT,))
                command = _copy_command(cursor, self._statement)
                self._began(driver)
                try:
                    cursor.copy_expert(command, self, size=_CHUNK_BYTES)
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


def _copy_command(cursor: extensions.cursor, statement: Select[*tuple[Any, ...]]) -> bytes:
    """COPY takes no parameters, so the driver writes them into the statement, quoted."""
    compiled = statement.compile(
        dialect=postgresql.psycopg2.dialect(),  # type: ignore[no-untyped-call]
        compile_kwargs={"render_postcompile": True},
    )
    query: bytes = cursor.mogrify(str(compiled), compiled.params)
    return b"copy (" + query + b") to stdout with (format csv, header)"
