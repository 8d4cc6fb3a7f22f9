"""Detections answered from earlier ones, in one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, cast, func, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.models import Image, Run

__all__ = ["EqualDetection", "ReuseRepository"]


@dataclass(frozen=True)
class EqualDetection:
    """The answer to an equal request, and the picture it is about; sizes in pixels."""

    output: dict[str, Any]
    mime: str
    width: int
    height: int


def _add_equal() -> Select[*tuple[Any, ...]]:
    """Made once: putting it together takes longer than the database needs for it."""
    runs, images = Run.__table__.c, Image.__table__.c
    own = (
        "id",
        "user_id",
        "session_id",
        "key_id",
        "face",
        "trace_id",
        "prompt",
        "params",
        "timings_ms",
        "latency_ms",
        "created_at",
        "finished_at",
    )
    taken = ("task", "status", "request_hash", "image_sha256", "model_id", "output")
    found = (
        select(
            *(runs[name] for name in taken),
            images.mime,
            images.width,
            images.height,
            func.set_config("synchronous_commit", "off", True).label("hurry"),
        )
        .join_from(Run.__table__, Image.__table__, images.sha256 == runs.image_sha256)
        .where(
            runs.request_hash == bindparam("wanted_hash"),
            runs.status == "done",
            runs.task == "detection",
            images.width * images.height <= bindparam("max_pixels"),
        )
        .order_by(runs.created_at.desc())
        .limit(1)
        .cte("found")
    )
    added = (
        insert(Run)
        .from_select(
            [*own, *taken, "cached"],
            select(
                *(cast(bindparam(name, type_=runs[name].type), runs[name].type) for name in own),
                *(found.c[name] for name in taken),
                true(),
            ),
        )
        .cte("added")
    )
    kept = found.c
    return select(kept.output, kept.mime, kept.width, kept.height, kept.hurry).add_cte(added)


_ADD_EQUAL = _add_equal()


class ReuseRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add_equal(
        self,
        *,
        request_hash: bytes,
        max_pixels: int,
        id: UUID,
        user_id: UUID,
        session_id: UUID | None,
        key_id: UUID | None,
        face: str,
        trace_id: str,
        prompt: str,
        params: dict[str, Any],
        timings_ms: dict[str, float],
        latency_ms: int,
        created_at: datetime,
        finished_at: datetime,
    ) -> EqualDetection | None:
        """Add a detection that takes its output from the newest finished one of the same hash.

        One statement. None, and nothing added, where there is no such run or its picture has more
        than `max_pixels`. The commit does not wait for the disk: a crash of the server within the
        next second may lose a run that anyone can have again, but none that was judged, as later
        commits do wait, for all that came before them.
        """
        connection = self._session.connection()
        row = connection.execute(
            _ADD_EQUAL,
            {
                "wanted_hash": request_hash,
                "max_pixels": max_pixels,
                "id": id,
                "user_id": user_id,
                "session_id": session_id,
                "key_id": key_id,
                "face": face,
                "trace_id": trace_id,
                "prompt": prompt,
                "params": params,
                "timings_ms": timings_ms,
                "latency_ms": latency_ms,
                "created_at": created_at,
                "finished_at": finished_at,
            },
        ).one_or_none()
        return None if row is None else EqualDetection(*row[:4])

    def reword(self, run_id: UUID, output: dict[str, Any]) -> None:
        """Put an output in other words."""
        self._session.execute(update(Run).where(Run.id == run_id).values(output=output))
