"""What an evidence pack reads beside the ratings: their runs, models and pictures."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, cast, func, literal, select
from sqlalchemy.orm import Session

from db.models import Feedback, Image, Model, Run
from db.repositories.exports import extension, listed, utc
from db.repositories.review_sql import Criteria, where_feedback


class Counts(NamedTuple):
    ratings: int
    runs: int
    raters: int


class ModelUsed(NamedTuple):
    task: str
    model: str
    revision: str
    source: str
    runs: int


class PictureKept(NamedTuple):
    sha256: bytes
    mime: str
    extension: str
    width: int
    height: int
    bytes: int


class EvidenceRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def ratings(self, criteria: Criteria, most: int) -> int:
        """How many match, counted up to `most`."""
        some = select(Feedback.id).where(*where_feedback(criteria)).limit(most).subquery()
        return self._session.scalar(select(func.count()).select_from(some)) or 0

    def counts(self, criteria: Criteria) -> Counts:
        row = self._session.execute(
            select(
                func.count(),
                func.count(Feedback.run_id.distinct()),
                func.count(Feedback.user_id.distinct()),
            ).where(*where_feedback(criteria))
        ).one()
        return Counts(row[0], row[1], row[2])

    def models(self, criteria: Criteria) -> list[ModelUsed]:
        rows = self._session.execute(
            select(
                Model.task,
                Model.name,
                Model.revision,
                Model.source,
                func.count(Feedback.run_id.distinct()),
            )
            .join(Feedback, Feedback.model_id == Model.id)
            .where(*where_feedback(criteria))
            .group_by(Model.id)
            .order_by(Model.task, Model.name, Model.revision)
        )
        return [ModelUsed(*row) for row in rows]

    def pictures(self, criteria: Criteria) -> Sequence[PictureKept]:
        """Without their content, by their SHA-256."""
        rows = self._session.execute(
            select(
                Image.sha256,
                Image.mime,
                extension(Image.mime),
                Image.width,
                Image.height,
                func.octet_length(Image.content),
            )
            .where(
                Image.content != b"",
                Image.sha256.in_(select(Run.image_sha256).where(Run.id.in_(_runs(criteria)))),
            )
            .order_by(Image.sha256)
        )
        return [PictureKept(*row) for row in rows]

    def picture(self, sha256: bytes) -> bytes:
        content = self._session.scalar(select(Image.content).where(Image.sha256 == sha256))
        return content or b""


def runs_statement(criteria: Criteria, again: str) -> Select[*tuple[Any, ...]]:
    """A JSON text for each run, oldest first, each but the first with a comma in front.

    `again` is the command that runs one anew, less its id.
    """
    number = func.row_number().over(order_by=(Run.created_at, Run.id))
    output = func.sha256(func.convert_to(cast(Run.output, Text), "UTF8"))
    told = func.json_build_object(
        *("run_id", Run.id, "created_at", utc(Run.created_at)),
        *("task", Run.task, "model", Model.name, "revision", Model.revision),
        *("status", Run.status, "params", Run.params, "seed", Run.params["seed"]),
        *("image_sha256", func.encode(Run.image_sha256, "hex")),
        *("output_sha256", func.encode(output, "hex")),
        *("again", literal(again) + cast(Run.id, Text)),
    )
    return (
        listed(number, told)
        .select_from(Run)
        .join(Model, Model.id == Run.model_id)
        .where(Run.id.in_(_runs(criteria)))
    )


def _runs(criteria: Criteria) -> Select[*tuple[Any, ...]]:
    return select(Feedback.run_id).where(*where_feedback(criteria))
