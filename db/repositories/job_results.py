"""What came of the items of a job: each beside the run that answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, defer

from db.models import Feedback, JobItem, Run

_TEXT_CHARS = 500
_ANSWERED = and_(Run.id == JobItem.run_id, JobItem.state == "done")
_NARROWED: dict[str, ColumnElement[bool]] = {
    "failed": JobItem.state == "failed",
    "nothing": Run.boxes == 0,
    "most": Run.boxes.is_not(None),
}


@dataclass(frozen=True)
class Answered:
    """An item, without its content, and of the run that answers it what a list tells."""

    item: JobItem
    text: str | None
    tokens: int | None
    latency_ms: int | None
    cached: bool | None
    removed: bool
    rating: int | None


class JobResultRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def counts(self, job_id: UUID) -> dict[str, int]:
        """How many items there are in each list."""
        columns = [func.count().filter(held).label(name) for name, held in _NARROWED.items()]
        row = self._session.execute(
            select(func.count().label("all"), *columns)
            .select_from(JobItem)
            .outerjoin(Run, _ANSWERED)
            .where(JobItem.job_id == job_id)
        ).one()
        return dict(row._mapping)

    def page(
        self, job_id: UUID, user_id: UUID, listed: str, skipped: int, limit: int
    ) -> Sequence[Answered]:
        """Items in the order given; of `most`, those with the most boxes first."""
        narrowed = [_NARROWED[listed]] if listed in _NARROWED else []
        order = [Run.boxes.desc()] if listed == "most" else []
        own = and_(Feedback.run_id == Run.id, Feedback.user_id == user_id)
        text = Run.output["outputs"][0]["text"].as_string()
        rows = self._session.execute(
            select(
                JobItem,
                func.left(text, _TEXT_CHARS),
                Run.completion_tokens,
                Run.latency_ms,
                Run.cached,
                Run.erased_at.is_not(None),
                Feedback.rating,
            )
            .options(defer(JobItem.content, raiseload=True))
            .outerjoin(Run, _ANSWERED)
            .outerjoin(Feedback, own)
            .where(JobItem.job_id == job_id, *narrowed)
            .order_by(*order, JobItem.position)
            .offset(skipped)
            .limit(limit)
        )
        return [Answered(*row) for row in rows]
