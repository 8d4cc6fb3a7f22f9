"""The review area's SQL: which conditions and which columns there are; nothing else gets in."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Numeric,
    Select,
    SQLColumnExpression,
    Text,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from db.models import Feedback, Model, Run, User

Criteria = Mapping[str, Any]
"""Condition name to value; see `FEEDBACK_CONDITIONS`. Names outside it raise `KeyError`."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def where_feedback(criteria: Criteria) -> list[ColumnElement[bool]]:
    return [FEEDBACK_CONDITIONS[name](value) for name, value in criteria.items()]


def where_runs(criteria: Criteria) -> list[ColumnElement[bool]]:
    """The part of the criteria that tells runs apart, rated or not."""
    return [
        RUN_CONDITIONS[name](value) for name, value in criteria.items() if name in RUN_CONDITIONS
    ]


def _models(name: str) -> Select[Any]:
    return select(Model.id).where(
        or_(Model.name == name, Model.name + "@" + Model.revision == name)
    )


def _users(name: str) -> Select[Any]:
    return select(User.id).where(func.lower(User.username) == name.lower())


def _says(text: str) -> ColumnElement[bool]:
    """Whole words in comments (through the index), any part of prompts and outputs."""
    in_run = or_(
        Run.prompt.icontains(text, autoescape=True),
        output_text().icontains(text, autoescape=True),
    )
    run = select(literal(1)).where(Run.id == Feedback.run_id, in_run).correlate(Feedback)
    return or_(Feedback.search.op("@@")(func.feedback_query(text)), exists(run))


FEEDBACK_CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "since": lambda at: Feedback.created_at >= at,
    "before": lambda at: Feedback.created_at < at,
    "task": lambda task: Feedback.task == task,
    "model": lambda name: Feedback.model_id.in_(_models(name)),
    "user": lambda name: Feedback.user_id.in_(_users(name)),
    "user_id": lambda user_id: Feedback.user_id == user_id,
    "rating_min": lambda rating: Feedback.rating >= rating,
    "rating_max": lambda rating: Feedback.rating <= rating,
    "tag": lambda tag: Feedback.tags.contains([tag]),
    "status": lambda status: Feedback.review_status == status,
    "text": _says,
}

RUN_CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "since": lambda at: Run.created_at >= at,
    "before": lambda at: Run.created_at < at,
    "task": lambda task: Run.task == task,
    "model": lambda name: Run.model_id.in_(_models(name)),
    "user": lambda name: Run.user_id.in_(_users(name)),
}


def output_text() -> ColumnElement[str]:
    """What a run answered, as one text: its texts, or the labels it showed with their scores.

    A text begins with its lead, if it has one: that is how it was read and rated.
    """
    texts = func.jsonb_path_query_array(Run.output, "$.outputs[*].text", type_=JSONB)
    text = func.jsonb_array_elements_text(texts).column_valued("text")
    lead = func.coalesce(Run.params["lead"]["text"].astext, "")
    written = select(func.string_agg(lead + text, "\n\n")).scalar_subquery()
    found = func.jsonb_path_query(Run.output, "$.detections[*]", type_=JSONB).column_valued("found")
    label = found.op("->>", return_type=Text())("label")
    score = cast(found.op("->>")("score"), Numeric)
    threshold = cast(Run.params.op("->>")("box_threshold"), Numeric)
    labels = (
        select(func.string_agg(label + " " + cast(func.round(score, 2), Text), "; "))
        .where(score >= func.coalesce(threshold, 0))
        .scalar_subquery()
    )
    return case((Run.task == "detection", labels), else_=written)


def _safe(column: SQLColumnExpression[str]) -> ColumnElement[str]:
    """Text that a spreadsheet would compute gets a quote in front, and so stays text."""
    return case((func.left(column, 1).in_(FORMULA_STARTS), literal("'") + column), else_=column)


def export_columns() -> tuple[ColumnElement[Any], ...]:
    """The export's columns, in order; numbers stay numbers, every free text is made safe."""
    return (
        Feedback.id.label("feedback_id"),
        Feedback.run_id.label("run_id"),
        _utc(Feedback.created_at).label("created_at"),
        _utc(Feedback.updated_at).label("updated_at"),
        _safe(User.username).label("user"),
        Feedback.task.label("task"),
        _safe(Model.name).label("model"),
        _safe(Model.revision).label("revision"),
        Feedback.rating.label("rating"),
        _safe(func.array_to_string(Feedback.tags, "; ")).label("tags"),
        Feedback.review_status.label("status"),
        _safe(Feedback.comment).label("comment"),
        _safe(Run.prompt).label("prompt"),
        _safe(output_text()).label("output"),
        cast(Run.params, Text).label("params"),
        func.encode(Run.image_sha256, "hex").label("image_sha256"),
        Run.latency_ms.label("latency_ms"),
        Run.status.label("run_status"),
    )


def _utc(column: SQLColumnExpression[datetime]) -> ColumnElement[str]:
    """ISO 8601 in UTC, with microseconds."""
    return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
