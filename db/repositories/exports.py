"""What the export of ratings reads: its columns, each as a spreadsheet may safely open it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Text,
    case,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.orm import aliased

from db.models import Feedback, Model, Run, User
from db.repositories.review_sql import Criteria, where_feedback

AnySelect = Select[*tuple[Any, ...]]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

TEXTS = frozenset(
    {
        *("user", "model", "revision", "tags", "comment", "prompt", "output", "params"),
        *("assignee", "fixed_in", "note", "answer", "corrected_text", "verdicts"),
    }
)
"""Always in quotes, as a spreadsheet may split unquoted ones at a semicolon or a tab as well."""

_Assignee = aliased(User, name="assignees")


def export_statement(criteria: Criteria, columns: Sequence[str]) -> AnySelect:
    """Every matching row, newest first, with these of the columns of `COLUMNS`."""
    query = (
        select(*(COLUMNS[name].label(name) for name in columns))
        .select_from(Feedback)
        .join(User, User.id == Feedback.user_id)
        .join(Model, Model.id == Feedback.model_id)
        .join(Run, Run.id == Feedback.run_id)
    )
    if "assignee" in columns:
        query = query.outerjoin(_Assignee, _Assignee.id == Feedback.assignee_id)
    return query.where(*where_feedback(criteria)).order_by(
        Feedback.created_at.desc(), Feedback.id.desc()
    )


def output_text() -> ColumnElement[str]:
    """What a run answered, as one text: its texts, or the labels it showed with their scores.

    A text begins with its lead, if it has one: that is how it was read and rated.
    """
    return func.run_text(Run.task, Run.output, Run.params)


def safe(column: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """Text that a spreadsheet would compute gets a quote in front, and so stays text."""
    return case((func.left(column, 1).in_(FORMULA_STARTS), literal("'") + column), else_=column)


def utc(column: SQLColumnExpression[datetime]) -> ColumnElement[str]:
    """ISO 8601 in UTC, with microseconds."""
    return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')


def listed(number: ColumnElement[int], told: ColumnElement[Any]) -> AnySelect:
    """Elements of a JSON list in the order of their numbers, each but number 1 after a comma."""
    comma = case((number > 1, literal(",")), else_=literal(""))
    return select(comma + cast(told, Text)).order_by(number)


def extension(mime: SQLColumnExpression[str]) -> ColumnElement[str]:
    """The ending of a file's name, as in “png”."""
    odd = {"image/jpeg": "jpg", "image/tiff": "tif"}
    return case(odd, value=mime, else_=func.split_part(mime, "/", 2))


COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "feedback_id": Feedback.id.expression,
    "run_id": Feedback.run_id.expression,
    "created_at": utc(Feedback.created_at),
    "updated_at": utc(Feedback.updated_at),
    "user": safe(User.username),
    "task": Feedback.task.expression,
    "model": safe(Model.name),
    "revision": safe(Model.revision),
    "rating": Feedback.rating.expression,
    "tags": safe(func.array_to_string(Feedback.tags, "; ")),
    "status": Feedback.review_status.expression,
    "comment": safe(Feedback.comment),
    "prompt": safe(Run.prompt),
    "output": safe(output_text()),
    "params": cast(Run.params, Text),
    "image_sha256": func.encode(Run.image_sha256, "hex"),
    "latency_ms": Run.latency_ms.expression,
    "run_status": Run.status.expression,
    "failed_step": Feedback.failed_step.expression,
    "role": User.role.expression,
    "assignee": safe(_Assignee.username),
    "fixed_in": safe(Feedback.fixed_in),
    "note": safe(Feedback.note),
    "answer": safe(Feedback.answer),
    "corrected_text": safe(Feedback.corrected_text),
    "verdicts": cast(Feedback.verdicts, Text),
    "top_score": Feedback.top_score.expression,
    "temperature": Feedback.temperature.expression,
    "top_p": Feedback.top_p.expression,
    "box_threshold": Feedback.box_threshold.expression,
    "text_threshold": Feedback.text_threshold.expression,
    "rate_ms": Feedback.rate_ms.expression,
    "demo": cast(Feedback.demo, Text),
}
"""Numbers stay numbers, every free text is made safe."""
