"""Which roll-up answers which criteria, and how it is asked.

Roll-ups count by days, models and what else their keys hold; whoever reads one sums `n` over the
slots, and leaves out groups that come to 0.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Integer, SQLColumnExpression, cast, func, select
from sqlalchemy.sql.functions import Function

from db.base import Base
from db.models import (
    FeedbackDay,
    Model,
    RaterDay,
    RunDay,
    RunRating,
    SettingTotal,
    TagTotal,
    VerdictTotal,
)
from db.repositories.review_sql import Criteria, models_named, raters_with, setting, users_named

__all__ = [
    "FeedbackDay",
    "RaterDay",
    "RunDay",
    "RunRating",
    "SettingTotal",
    "TagTotal",
    "VerdictTotal",
    "covers",
    "small_sum",
    "where_rollup",
]

Condition = Callable[[Any], ColumnElement[bool]]


def small_sum(n: SQLColumnExpression[Any]) -> Function[Any]:
    """The sum of counts that each fit four bytes, which takes a third of the time of larger ones:
    those are added up digit by digit."""
    return func.sum(cast(n, Integer))


def covers(criteria: Criteria, table: type[Base]) -> bool:
    """Whether the roll-up can tell apart all that the criteria do."""
    known = _CONDITIONS[table]
    return all(
        name in known and (name not in _MOMENTS or _starts_a_day(value))
        for name, value in criteria.items()
    )


def where_rollup(criteria: Criteria, table: type[Base]) -> list[ColumnElement[bool]]:
    """The criteria in the roll-up's own columns. Raises `KeyError` for one that it lacks."""
    return [_CONDITIONS[table][name](value) for name, value in criteria.items()]


_MOMENTS = ("since", "before")


def _starts_a_day(at: datetime) -> bool:
    return at.astimezone(UTC).time() == time()


def _by_day(day: SQLColumnExpression[Any]) -> dict[str, Condition]:
    return {
        "since": lambda at: day >= at.astimezone(UTC).date(),
        "before": lambda at: day < at.astimezone(UTC).date(),
    }


def _by_model(model_id: SQLColumnExpression[Any]) -> dict[str, Condition]:
    return {
        "task": lambda task: model_id.in_(select(Model.id).where(Model.task == task)),
        "model": lambda name: model_id.in_(models_named(name)),
    }


def _by_rating(rating: SQLColumnExpression[Any]) -> dict[str, Condition]:
    return {
        "rating_min": lambda least: rating >= least,
        "rating_max": lambda most: rating <= most,
    }


def _by_demo(demo: SQLColumnExpression[Any]) -> dict[str, Condition]:
    return {"demo": lambda wanted: demo == wanted}


def _by_person(user_id: SQLColumnExpression[Any]) -> dict[str, Condition]:
    return {
        "user": lambda name: user_id.in_(users_named(name)),
        "user_id": lambda id: user_id == id,
        "role": lambda role: user_id.in_(raters_with(role)),
    }


def _of_task(task: str, column: SQLColumnExpression[Any]) -> Condition:
    """A setting that stands in a column of both tasks' settings."""
    only = SettingTotal.model_id.in_(select(Model.id).where(Model.task == task))
    return lambda value: only & setting(column)(value)


_CONDITIONS: Mapping[type[Base], Mapping[str, Condition]] = MappingProxyType(
    {
        FeedbackDay: {
            **_by_day(FeedbackDay.day),
            **_by_model(FeedbackDay.model_id),
            **_by_rating(FeedbackDay.rating),
            **_by_demo(FeedbackDay.demo),
            "status": lambda status: FeedbackDay.review_status == status,
        },
        RaterDay: {
            **_by_day(RaterDay.day),
            **_by_model(RaterDay.model_id),
            **_by_person(RaterDay.user_id),
            **_by_demo(RaterDay.demo),
        },
        RunDay: {
            **_by_day(RunDay.day),
            **_by_model(RunDay.model_id),
            **_by_demo(RunDay.demo),
        },
        SettingTotal: {
            **_by_model(SettingTotal.model_id),
            **_by_rating(SettingTotal.rating),
            **_by_demo(SettingTotal.demo),
            "temperature": _of_task("generation", SettingTotal.x),
            "top_p": _of_task("generation", SettingTotal.y),
            "box_threshold": _of_task("detection", SettingTotal.x),
            "text_threshold": _of_task("detection", SettingTotal.y),
        },
        TagTotal: {**_by_model(TagTotal.model_id), **_by_demo(TagTotal.demo)},
        VerdictTotal: {**_by_model(VerdictTotal.model_id), **_by_demo(VerdictTotal.demo)},
    }
)
