"""A detection and its picture, written in one statement."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Cast, Insert, bindparam, cast, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import KeyedColumnElement

from db.models import Image, Model, Run

__all__ = ["DetectionRepository"]


def _add_detection(*, with_picture: bool) -> Insert:
    """Made once: putting it together takes longer than the database needs for it."""
    runs, images, models = Run.__table__.c, Image.__table__.c, Model.__table__.c
    own = (
        "id",
        "user_id",
        "session_id",
        "key_id",
        "face",
        "trace_id",
        "prompt",
        "params",
        "image_sha256",
        "request_hash",
        "status",
        "output",
        "error_code",
        "timings_ms",
        "latency_ms",
        "created_at",
        "finished_at",
    )
    run = select(models.id, literal("detection"), *(_given(runs[name]) for name in own)).where(
        models.task == "detection",
        models.name == bindparam("model"),
        models.revision == bindparam("revision"),
    )
    added = insert(Run).from_select(["model_id", "task", *own], run)
    if not with_picture:
        return added
    file = ("mime", "width", "height", "content")
    picture = insert(Image).from_select(
        ["sha256", *file],
        select(_given(runs.image_sha256), *(_given(images[name]) for name in file)),
    )
    return added.add_cte(picture.on_conflict_do_nothing(index_elements=["sha256"]).cte())


def _given(column: KeyedColumnElement[Any]) -> Cast[Any]:
    return cast(bindparam(column.key, type_=column.type), column.type)


_ADD_DETECTION = _add_detection(with_picture=False)
_ADD_WITH_PICTURE = _add_detection(with_picture=True)


class DetectionRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add_detection(
        self,
        *,
        model: str,
        revision: str,
        image_sha256: bytes,
        mime: str,
        width: int,
        height: int,
        content: bytes | None,
        id: UUID,
        user_id: UUID,
        session_id: UUID | None,
        key_id: UUID | None,
        face: str,
        trace_id: str,
        prompt: str,
        params: dict[str, Any],
        request_hash: bytes | None,
        status: str,
        output: dict[str, Any],
        error_code: str | None,
        timings_ms: dict[str, float],
        latency_ms: int,
        created_at: datetime,
        finished_at: datetime,
    ) -> bool:
        """Add a run and, where its file is not kept yet, its picture; sizes in pixels, upright.

        False, and no run added, where the model has no row yet. `content` None: the file is kept.
        """
        added = self._session.connection().execute(
            _ADD_DETECTION if content is None else _ADD_WITH_PICTURE,
            {
                "model": model,
                "revision": revision,
                "image_sha256": image_sha256,
                "mime": mime,
                "width": width,
                "height": height,
                "content": content,
                "id": id,
                "user_id": user_id,
                "session_id": session_id,
                "key_id": key_id,
                "face": face,
                "trace_id": trace_id,
                "prompt": prompt,
                "params": params,
                "request_hash": request_hash,
                "status": status,
                "output": output,
                "error_code": error_code,
                "timings_ms": timings_ms,
                "latency_ms": latency_ms,
                "created_at": created_at,
                "finished_at": finished_at,
            },
        )
        return added.rowcount == 1
