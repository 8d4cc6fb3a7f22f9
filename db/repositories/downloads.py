"""Runs by id, many at once."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Image, Model, Run


class DownloadRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def detections(self, run_ids: Sequence[UUID]) -> list[tuple[Run, Model, Image | None]]:
        """Those of the ids that are detections, in no order; pictures without their content."""
        rows = self._session.execute(
            select(Run, Model, Image)
            .join(Model, Model.id == Run.model_id)
            .outerjoin(Image, Image.sha256 == Run.image_sha256)
            .where(Run.id.in_(run_ids), Run.task == "detection")
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def generations(self, run_ids: Sequence[UUID]) -> list[tuple[Run, Model]]:
        """Those of the ids that are generations, in no order."""
        rows = self._session.execute(
            select(Run, Model)
            .join(Model, Model.id == Run.model_id)
            .where(Run.id.in_(run_ids), Run.task == "generation")
        )
        return [(row[0], row[1]) for row in rows]
