"""What is past its time: found and removed, a batch at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import text
from sqlalchemy.orm import Session

_LOCK = "keeping"

_PAST: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "audit_entries": ("audit_log", "at < :moment"),
        "sign_in_attempts": ("sign_in_attempts", "created_at < :moment"),
        "sessions": ("sessions", "expires_at < :moment"),
        "limit_uses": ("limit_use", "starts_at < :moment"),
        "jobs": ("jobs", "created_at < :moment and state not in ('queued', 'running')"),
    }
)
"""The tables whose rows go as they are, and which of their rows do."""
_PICTURES = """
content <> '' and created_at < :moment and not exists (
    select from runs r where r.image_sha256 = i.sha256 and r.created_at >= :moment
)
"""
_JOB_FILES = """
job_id in (select id from jobs where ended_at < :moment) and content is not null
"""
_RUNS = "erased_at is null and created_at < :moment and status <> 'running'"


class KeepingRepository:
    """`moment`, everywhere: what is older is past its time."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(self) -> bool:
        """Keep other processes out until the connection ends; False where one is at it."""
        query = text("select pg_try_advisory_lock(hashtextextended(:lock, 0))")
        return bool(self._session.scalar(query, {"lock": _LOCK}))

    def remove(self, kind: str, moment: datetime, size: int) -> int:
        """Delete at most `size` rows of a kind; how many that were."""
        table, past = _PAST[kind]
        gone = text(
            f"delete from {table} where ctid = any(array("  # noqa: S608
            f"select ctid from {table} where {past} limit :size)) returning 1"
        )
        return len(self._session.scalars(gone, {"moment": moment, "size": size}).all())

    def empty_pictures(self, moment: datetime, size: int) -> int:
        """Remove the files of at most `size` pictures that no run since `moment` looks at.

        Sizes and hashes stay, so that boxes keep their meaning. Answers to them are not taken for
        new requests any more: whoever sends the file again has it stored again.
        """
        found = text(
            f"select sha256 from images i where {_PICTURES} order by sha256 limit :size"  # noqa: S608
            " for update skip locked"
        )
        given = {"moment": moment, "size": size}
        hashes = [bytes(each) for each in self._session.scalars(found, given)]
        emptied = text(
            f"update images i set content = '' where sha256 = any(:hashes) and {_PICTURES}"  # noqa: S608
            " returning sha256"
        )
        gone = self._session.scalars(emptied, {"hashes": hashes, "moment": moment}).all()
        no_answers = text(
            "update runs set request_hash = null"
            " where image_sha256 = any(:hashes) and request_hash is not null"
        )
        self._session.execute(no_answers, {"hashes": [bytes(each) for each in gone]})
        return len(gone)

    def empty_job_files(self, moment: datetime, size: int) -> int:
        """Remove at most `size` files that ended jobs have not used; how many that were."""
        emptied = text(
            "update job_items set content = null where ctid = any(array("  # noqa: S608
            f"select ctid from job_items where {_JOB_FILES} limit :size)) returning 1"
        )
        return len(self._session.scalars(emptied, {"moment": moment, "size": size}).all())

    def due_job_files(self, moment: datetime) -> int:
        return self._count("job_items", _JOB_FILES, moment)

    def due(self, kind: str, moment: datetime) -> int:
        return self._count(*_PAST[kind], moment)

    def due_runs(self, moment: datetime) -> int:
        return self._count("runs", _RUNS, moment)

    def due_pictures(self, moment: datetime) -> int:
        return self._count("images i", _PICTURES, moment)

    def _count(self, table: str, past: str, moment: datetime) -> int:
        counted = text(f"select count(*) from {table} where {past}")  # noqa: S608
        return int(self._session.scalars(counted, {"moment": moment}).one())


KINDS: Sequence[str] = tuple(_PAST)
