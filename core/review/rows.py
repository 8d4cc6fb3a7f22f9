"""Rows of the database as the dashboard's own."""

from collections import Counter
from uuid import UUID

from core.errors import NotFound
from core.feedback.service import as_feedback
from core.permissions import Role
from core.review.types import FeedbackRow, Settings, Triage
from core.runs.types import RunStatus, Task
from db.repositories.review import PageRow


def as_row(row: PageRow) -> FeedbackRow:
    given = row.feedback
    return FeedbackRow(
        feedback=as_feedback(given),
        username=row.username,
        role=Role(row.role),
        task=Task(given.task),
        model=row.model,
        revision=row.revision,
        prompt=row.prompt,
        latency_ms=row.latency_ms,
        run_created_at=row.run_created_at,
        run_erased_at=row.run_erased_at,
        triage=Triage(row.assignee, given.note, row.reviewer),
        settings=Settings(
            temperature=_number(given.temperature),
            top_p=_number(given.top_p),
            box_threshold=_number(given.box_threshold),
            text_threshold=_number(given.text_threshold),
        ),
        run_status=None if given.run_status is None else RunStatus(given.run_status),
        corrected=given.corrected_text is not None,
        verdicts=Counter(box["verdict"] for box in given.verdicts),
        top_score=given.top_score,
        rate_ms=given.rate_ms,
        demo=given.demo,
    )


def unknown(feedback_id: UUID) -> NotFound:
    return NotFound(
        "There is no such rating; it may have been withdrawn.",
        facts={"feedback_id": str(feedback_id)},
    )


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
