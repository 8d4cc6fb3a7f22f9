"""The review area's SQL: which conditions there are; nothing else gets in."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    case,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONPATH, array

from db.models import Feedback, Model, Run, User

Criteria = Mapping[str, Any]
"""Condition name to value; see `FEEDBACK_CONDITIONS`. Names outside it raise `KeyError`."""


def where_feedback(criteria: Criteria) -> list[ColumnElement[bool]]:
    return [FEEDBACK_CONDITIONS[name](value) for name, value in criteria.items()]


def run_criteria(criteria: Criteria) -> dict[str, Any]:
    """The part of the criteria that tells runs apart, rated or not."""
    return {name: value for name, value in criteria.items() if name in RUN_CONDITIONS}


def where_runs(criteria: Criteria) -> list[ColumnElement[bool]]:
    return [RUN_CONDITIONS[name](value) for name, value in run_criteria(criteria).items()]


def models_named(name: str) -> Select[Any]:
    return select(Model.id).where(
        or_(Model.name == name, Model.name + "@" + Model.revision == name)
    )


def users_named(name: str) -> Select[Any]:
    return select(User.id).where(func.lower(User.username) == name.lower())


def raters_with(role: str) -> Select[Any]:
    return select(User.id).where(User.role == role)


def _assigned(name: str | None) -> ColumnElement[bool]:
    if name is None:
        return Feedback.assignee_id.is_(None)
    return Feedback.assignee_id == users_named(name).scalar_subquery()


def _label(phrase: str) -> ColumnElement[str]:
    return func.lower(phrase)


def _labelled(phrase: str) -> ColumnElement[bool]:
    return or_(shown(phrase), _one_box({"label": _label(phrase)}))


def shown(phrase: str) -> ColumnElement[bool]:
    return Feedback.phrases.contains(array([_label(phrase)]))


def _one_box(said: Mapping[str, Any]) -> ColumnElement[bool]:
    """Whether all of it is said of one judged box; there is an index for this."""
    return Feedback.verdicts.contains(_once(func.jsonb_build_array(_object(said))))


def _judged(box: Mapping[str, Any]) -> ColumnElement[bool]:
    """Whether one box was judged so: `verdicts`, and of it `phrase`, `score_min`, `score_max`."""
    label = {} if box["phrase"] is None else {"label": _label(box["phrase"])}
    found = or_(*(_one_box(label | {"verdict": verdict}) for verdict in box["verdicts"]))
    if box["score_min"] is None and box["score_max"] is None:
        return found
    # What the index cannot tell is asked last, of what it found: it takes far longer.
    return and_(found, case((found, _scored(box)), else_=False))


def _scored(box: Mapping[str, Any]) -> ColumnElement[bool]:
    verdict = " || ".join(f"@.verdict == $v{place}" for place, _ in enumerate(box["verdicts"]))
    names: dict[str, Any] = {f"v{place}": said for place, said in enumerate(box["verdicts"])}
    tests = [f"({verdict})"]
    if box["phrase"] is not None:
        tests.append("@.label == $label")
        names["label"] = _label(box["phrase"])
    if box["score_min"] is not None:
        tests.append("@.score >= $low")
        names["low"] = box["score_min"]
    if box["score_max"] is not None:
        tests.append("@.score <= $high" if box["score_max"] == 1 else "@.score < $high")
        names["high"] = box["score_max"]
    path = cast(f"$[*] ? ({' && '.join(tests)})", JSONPATH)
    return func.jsonb_path_exists(Feedback.verdicts, path, _once(_object(names)))


def _object(said: Mapping[str, Any]) -> ColumnElement[Any]:
    return func.jsonb_build_object(*chain.from_iterable(said.items()))


def _once(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Made once for the statement: left to itself, PostgreSQL makes it anew for each row."""
    return select(value).scalar_subquery()


def setting(column: SQLColumnExpression[Any]) -> Callable[[float], ColumnElement[bool]]:
    return lambda value: column == Decimal(str(round(value, 2)))


def _below(score: float) -> ColumnElement[bool]:
    return Feedback.top_score <= score if score == 1 else Feedback.top_score < score


def _free_to(reviewer_id: UUID) -> ColumnElement[bool]:
    """Whether nobody else has taken it."""
    return or_(Feedback.assignee_id.is_(None), Feedback.assignee_id == reviewer_id)


FEEDBACK_CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "since": lambda at: Feedback.created_at >= at,
    "before": lambda at: Feedback.created_at < at,
    "task": lambda task: Feedback.task == task,
    "model": lambda name: Feedback.model_id.in_(models_named(name)),
    "model_id": lambda model_id: Feedback.model_id == model_id,
    "user": lambda name: Feedback.user_id == users_named(name).scalar_subquery(),
    "user_id": lambda user_id: Feedback.user_id == user_id,
    "role": lambda role: Feedback.user_id.in_(raters_with(role)),
    "rating_min": lambda rating: Feedback.rating >= rating,
    "rating_max": lambda rating: Feedback.rating <= rating,
    "tags_any": lambda tags: Feedback.tags.overlap(tags),
    "tags_all": lambda tags: Feedback.tags.contains(tags),
    "status": lambda status: Feedback.review_status == status,
    "assignee": _assigned,
    "free_to": _free_to,
    "comment": lambda there: (Feedback.comment != "") == there,
    "correction": lambda there: Feedback.corrected_text.is_not(None) == there,
    "verdicts": lambda there: (Feedback.verdicts != []) == there,
    "phrase": _labelled,
    "score_min": lambda score: Feedback.top_score >= score,
    "score_max": _below,
    "judged": _judged,
    "latency_min": lambda ms: Feedback.latency_ms >= ms,
    "latency_max": lambda ms: Feedback.latency_ms <= ms,
    "stopped": lambda stopped: (Feedback.run_status == "stopped") == stopped,
    "demo": lambda demo: Feedback.demo == demo,
    "temperature": setting(Feedback.temperature),
    "top_p": setting(Feedback.top_p),
    "box_threshold": setting(Feedback.box_threshold),
    "text_threshold": setting(Feedback.text_threshold),
    "text": lambda text: Feedback.search.op("@@")(func.feedback_query(text)),
}

RUN_CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "since": lambda at: Run.created_at >= at,
    "before": lambda at: Run.created_at < at,
    "task": lambda task: Run.task == task,
    "model": lambda name: Run.model_id.in_(models_named(name)),
    "user": lambda name: Run.user_id == users_named(name).scalar_subquery(),
    "role": lambda role: Run.user_id.in_(raters_with(role)),
    "demo": lambda demo: Run.demo == demo,
}
