"""Ratings on this machine's own disk while the database is away, in the order they were said.

One SQLite file in the data directory, which any number of processes may share. It holds what
people wrote, so only its owner may read it.
"""

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time
from uuid import UUID

from core.errors import TooLarge, Unavailable

MAX_WAITING = 20_000
MAX_ENTRY_BYTES = 2**20
MAX_FILE_BYTES = 2**28
_PAGE_BYTES = 4096
_PATIENCE_S = 10
"""How long one process waits for another that writes."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SCHEMA = (
    "create table if not exists outbox (seq integer primary key autoincrement,"
    " id text not null unique, user_id text not null, session_id text not null,"
    " run_id text not null, said_at integer not null, body text not null,"
    " attempts integer not null default 0, due real not null default 0, refusal text)",
    "create index if not exists outbox_waiting on outbox (seq) where refusal is null",
    "create index if not exists outbox_rating on outbox (user_id, run_id, seq)",
)
_COLUMNS = "id, user_id, session_id, run_id, said_at, body, attempts, refusal"


class OutboxError(Unavailable):
    """What should be kept here cannot be, or what is kept cannot be read."""


@dataclass(frozen=True)
class Entry:
    """What one person said of one run.

    `body` is JSON. `session_id` is the sign-in it was said in. `refusal` says why it can never
    reach the database as things are; None while it waits.
    """

    id: UUID
    user_id: UUID
    session_id: UUID
    run_id: UUID
    said_at: datetime
    body: str
    attempts: int = 0
    refusal: str | None = None


class Outbox:
    """The file is made by the first `put`; until then there is nothing to read.

    Raises
    ------
    OutboxError : from every call, where the disk or the file does not do what it should.
    """

    def __init__(
        self, folder: Path, max_waiting: int = MAX_WAITING, max_bytes: int = MAX_FILE_BYTES
    ) -> None:
        self.path = folder / "outbox.sqlite3"
        self._max_waiting, self._max_pages = max_waiting, max_bytes // _PAGE_BYTES
        self._lock = threading.Lock()
        self._opened: sqlite3.Connection | None = None

    def put(self, entry: Entry) -> None:
        """Return once `entry` is on disk; the same one again changes nothing.

        Raises `TooLarge` for one entry, `OutboxError` for all of them together.
        """
        if len(entry.body.encode()) > MAX_ENTRY_BYTES:
            raise TooLarge(
                "This rating is too long to be kept on this server while the database is away; "
                "shorten it, or save it when the database is back.",
                facts={"max_bytes": MAX_ENTRY_BYTES},
            )
        with self._using() as db:
            if _count(db, "refusal is null") >= self._max_waiting:
                raise OutboxError(
                    f"The database does not answer, and this server keeps {self._max_waiting:,} "
                    "ratings for it already, which is all it may. This one is not saved; leave "
                    "the page open and save again when the database is back.",
                    facts={"max_waiting": self._max_waiting},
                    retry_after=5,
                )
            db.execute(
                "insert into outbox (id, user_id, session_id, run_id, said_at, body)"
                " values (?, ?, ?, ?, ?, ?) on conflict (id) do nothing",
                (
                    *(str(entry.id), str(entry.user_id), str(entry.session_id)),
                    *(str(entry.run_id), _microseconds(entry.said_at), entry.body),
                ),
            )

    def due(self, limit: int) -> list[Entry]:
        """The first that wait and are not put off, in the order they came."""
        return self._read("refusal is null and due <= ? order by seq limit ?", time(), limit)

    def refused(self, limit: int) -> list[Entry]:
        """Those that were refused, newest first."""
        return self._read("refusal is not null order by seq desc limit ?", limit)

    def of(self, user_id: UUID, run_id: UUID) -> list[Entry]:
        """What this person said of this run and is here, be it refused; the last word last."""
        asked = "user_id = ? and run_id = ? order by said_at, seq"
        return self._read(asked, str(user_id), str(run_id))

    def get(self, id: UUID) -> Entry | None:
        return next(iter(self._read("id = ?", str(id))), None)

    def remove(self, ids: Iterable[UUID]) -> None:
        """Those that are done with."""
        self._write("delete from outbox where id = ?", [(str(id),) for id in ids])

    def put_off(self, id: UUID, seconds: float) -> None:
        """Let it wait, without holding up the others, and count the attempt."""
        change = "update outbox set attempts = attempts + 1, due = ? where id = ?"
        self._write(change, [(time() + seconds, str(id))])

    def refuse(self, id: UUID, why: str) -> None:
        self._write("update outbox set refusal = ? where id = ?", [(why, str(id))])

    def again(self, id: UUID) -> None:
        """Let one that was refused wait once more, in its old place."""
        change = "update outbox set refusal = null, attempts = 0, due = 0 where id = ?"
        self._write(change, [(str(id),)])

    def waiting(self) -> int:
        """How many wait for the database; refused ones do not."""
        return self._count("refusal is null")

    def refused_count(self) -> int:
        return self._count("refusal is not null")

    def copy_to(self, path: Path) -> None:
        """All that is here now in a file of its own, while others go on writing."""
        with self._using() as db, closing(sqlite3.connect(path)) as copy:
            db.backup(copy)

    def oldest(self) -> datetime | None:
        """When the first of those that wait was said."""
        waiting = self._read("refusal is null order by seq limit 1")
        return waiting[0].said_at if waiting else None

    def close(self) -> None:
        with self._lock:
            self._let_go()

    def _count(self, condition: str) -> int:
        if not self.path.exists():
            return 0
        with self._using() as db:
            return _count(db, condition)

    def _read(self, condition: str, *values: object) -> list[Entry]:
        if not self.path.exists():
            return []
        with self._using() as db:
            asked = f"select {_COLUMNS} from outbox where {condition}"  # noqa: S608 - our own words
            return [_entry(row) for row in db.execute(asked, values).fetchall()]

    def _write(self, change: str, rows: list[tuple[object, ...]]) -> None:
        if not rows or not self.path.exists():
            return
        with self._using() as db:
            db.execute("begin immediate")
            with db:
                db.executemany(change, rows)

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        """The one connection of this process, used by one thread at a time."""
        with self._lock:
            try:
                if self._opened is None:
                    self._opened = self._open()
                yield self._opened
            except (sqlite3.Error, OSError) as error:
                self._let_go()
                raise OutboxError(
                    f"The outbox for ratings on this server cannot be used: {error}. "
                    "What was not confirmed as kept is not kept.",
                    retry_after=5,
                ) from error

    def _open(self) -> sqlite3.Connection:
        """A connection whose commits wait for the disk; a new file's name is on disk as well."""
        folder = self.path.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        db = sqlite3.connect(
            self.path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in ("journal_mode = wal", "synchronous = full", "fullfsync = on"):
                db.execute(f"pragma {pragma}")
            db.execute(f"pragma max_page_count = {self._max_pages}")
            for statement in _SCHEMA:
                db.execute(statement)
            for place in (folder, folder.parent):
                _sync(place)
        except BaseException:
            db.close()
            raise
        return db

    def _let_go(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None


def _count(db: sqlite3.Connection, condition: str) -> int:
    asked = f"select count(*) from outbox where {condition}"  # noqa: S608 - our own words
    counted: int = db.execute(asked).fetchone()[0]
    return counted


def _entry(row: tuple[str, str, str, str, int, str, int, str | None]) -> Entry:
    id, user_id, session_id, run_id, said_at, body, attempts, refusal = row
    return Entry(
        id=UUID(id),
        user_id=UUID(user_id),
        session_id=UUID(session_id),
        run_id=UUID(run_id),
        said_at=_EPOCH + said_at * _MICROSECOND,
        body=body,
        attempts=attempts,
        refusal=refusal,
    )


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
