"""Detections, each written in one statement, whether a model answered or an earlier run did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Cast, Insert, Select, bindparam, cast, func, literal, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import KeyedColumnElement

from db.models import Image, Model, Run
from db.repositories.limit_use import Taken, Wanted, taking

__all__ = ["DetectionRepository", "EqualDetection"]

_ASKED = (
    *("id", "user_id", "session_id", "key_id", "face", "trace_id", "prompt", "params"),
    *("timings_ms", "latency_ms", "created_at", "finished_at"),
)
_ANSWERED = ("image_sha256", "request_hash", "status", "output", "error_code")
_FILE = ("mime", "width", "height", "content")


@dataclass(frozen=True)
class EqualDetection:
    """The answer to an equal request, and the picture it is about; sizes in pixels."""

    output: dict[str, Any]
    mime: str
    width: int
    height: int


class DetectionRepository:
    """`run`, everywhere: the columns of a run's row that say who asked for what, by name."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_answered(
        self, run: Mapping[str, Any], model: str, revision: str, picture: Mapping[str, Any] | None
    ) -> bool:
        """Add a run with its answer and, where it is not kept yet, its picture's row.

        False, and nothing added, where the model has no row yet.
        """
        given = {**run, "model": model, "revision": revision, **(picture or {})}
        statement = _ADD_ANSWERED if picture is None else _ADD_WITH_PICTURE
        return self._session.connection().execute(statement, given).rowcount == 1

    def add_equal(
        self, run: Mapping[str, Any], request_hash: bytes, max_pixels: int, wanted: Wanted
    ) -> tuple[Taken, EqualDetection | None]:
        """Count what is `wanted`; add a run that takes its output from the newest equal one.

        None, and nothing added, where it is refused, where no finished run has the same hash, or
        its picture has more than `max_pixels`. The commit does not wait for the disk: a crash of
        the server within the next second may lose a run that anyone can have again, but none that
        was judged, as later commits do wait, for all that came before them.
        """
        given = {**run, "wanted_hash": request_hash, "max_pixels": max_pixels, **wanted.given()}
        row = self._session.connection().execute(_ADD_EQUAL, given).one()
        found = EqualDetection(row.output, row.mime, row.width, row.height)
        return Taken.of(row), None if row.output is None else found

    def reword(self, run_id: UUID, output: dict[str, Any]) -> None:
        """Put an output in other words."""
        self._session.execute(update(Run).where(Run.id == run_id).values(output=output))


def _add_answered(*, with_picture: bool) -> Insert:
    runs, images, models = Run.__table__.c, Image.__table__.c, Model.__table__.c
    own = (*_ASKED, *_ANSWERED)
    run = select(models.id, literal("detection"), *(_given(runs[name]) for name in own)).where(
        models.task == "detection",
        models.name == bindparam("model"),
        models.revision == bindparam("revision"),
    )
    added = insert(Run).from_select(["model_id", "task", *own], run)
    if not with_picture:
        return added
    picture = insert(Image).from_select(
        ["sha256", *_FILE],
        select(_given(runs.image_sha256), *(_given(images[name]) for name in _FILE)),
    )
    again = picture.on_conflict_do_update(
        index_elements=["sha256"],
        set_={"content": picture.excluded.content},
        where=Image.content == b"",  # it was removed, being past its time
    )
    return added.add_cte(again.cte())


def _add_equal() -> Select[*tuple[Any, ...]]:
    runs, images = Run.__table__.c, Image.__table__.c
    copied = ("task", "status", "request_hash", "image_sha256", "model_id", "output")
    found = (
        select(
            *(runs[name] for name in copied),
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
    allowed = taking().cte("allowed")
    run = select(
        *(_given(runs[name]) for name in _ASKED), *(found.c[name] for name in copied), true()
    ).join_from(found, allowed, allowed.c.refused.is_(None))
    added = insert(Run).from_select([*_ASKED, *copied, "cached"], run).cte("added")
    kept = found.c
    return (
        select(kept.output, kept.mime, kept.width, kept.height, kept.hurry, *allowed.c)
        .join_from(allowed, found, allowed.c.refused.is_(None), isouter=True)
        .add_cte(added)
    )


def _given(column: KeyedColumnElement[Any]) -> Cast[Any]:
    return cast(bindparam(column.key, type_=column.type), column.type)


# Made once: putting a statement together takes longer than the database needs for it.
_ADD_ANSWERED = _add_answered(with_picture=False)
_ADD_WITH_PICTURE = _add_answered(with_picture=True)
_ADD_EQUAL = _add_equal()
