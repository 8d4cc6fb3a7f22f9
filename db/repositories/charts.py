"""Counts behind the charts: from the roll-ups where they can tell, else from the ratings alone."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.base import Base
from db.models import Model
from db.repositories import charts_sql as sql
from db.repositories.review_sql import Criteria
from db.repositories.rollups import (
    FeedbackDay,
    SettingTotal,
    TagTotal,
    VerdictTotal,
    covers,
    small_sum,
)

Counts = tuple[int, int, int, int, int]
"""How many ratings of 1, 2, 3, 4 and 5."""


class Rated(NamedTuple):
    """Ratings counted in two ways at once: by day, and by model, with each model's first day."""

    days: dict[date, Counts]
    models: dict[UUID, Counts]
    first_days: dict[UUID, date]


class SettingRow(NamedTuple):
    task: str
    x: float
    y: float
    counts: Counts


class JudgedRow(NamedTuple):
    """Judged boxes of a phrase, or of a twentieth of the scores."""

    key: Any
    correct: int
    wrong: int
    missed: int


class Judged(NamedTuple):
    phrases: list[JudgedRow]
    total: int
    bins: list[JudgedRow]


class ChartRepository:
    """`rollups` may be switched off, which gives the same figures from the ratings alone."""

    def __init__(self, session: Session, *, rollups: bool = True) -> None:
        self._session = session
        self._rollups = rollups

    def rated(self, criteria: Criteria) -> Rated:
        rolled = self._covers(criteria, FeedbackDay)
        rows = sql.day_rows(criteria) if rolled else sql.rating_rows(criteria)
        found = self._session.execute(sql.days_and_models(rows))
        rated = Rated({}, {}, {})
        for one_day, model, first, *counts in found:
            if model is None:
                rated.days[one_day] = _counts(counts)
            else:
                rated.models[model] = _counts(counts)
                rated.first_days[model] = first
        return rated

    def settings(self, criteria: Criteria) -> list[SettingRow]:
        """By the two settings of the task's map, both there."""
        if self._covers(criteria, SettingTotal):
            rows = sql.setting_totals(criteria)
        else:
            rows = sql.setting_rows(criteria)
        counted = rows.subquery()
        keys = (counted.c.task, counted.c.x, counted.c.y)
        found = self._session.execute(
            select(*keys, *sql.by_rating(counted.c.rating, counted.c.n))
            .group_by(*keys)
            .order_by(*keys)
        )
        return [
            SettingRow(task, float(x), float(y), _counts(counts))
            for task, x, y, *counts in found
            if any(counts)
        ]

    def judged(self, criteria: Criteria, most: int) -> Judged:
        """The `most` phrases with the most judged boxes, how many there are, and every twentieth
        of the scores that has any; -1 where a box has no score."""
        rolled = self._covers(criteria, VerdictTotal)
        found = self._session.execute(
            sql.judged(sql.verdict_totals(criteria) if rolled else sql.verdict_rows(criteria), most)
        ).all()
        return Judged(
            phrases=[_judged_row(row.phrase, row) for row in found if row.phrase is not None],
            total=max((row.total for row in found), default=0),
            bins=[_judged_row(row.score_bin, row) for row in found if row.phrase is None],
        )

    def tag_pairs(self, criteria: Criteria, most: int) -> list[tuple[str, str, int]]:
        """Every pair of the `most` used tags that occurs, the earlier by code points first; a tag
        with itself counts the ratings that have it."""
        rolled = self._covers(criteria, TagTotal)
        query = sql.tag_totals(criteria, most) if rolled else sql.tag_rows(criteria, most)
        return [(row[0], row[1], int(row[2])) for row in self._session.execute(query)]

    def first_days(self, demo: bool | None) -> dict[UUID, date]:
        """The day on which each model was rated first, whatever else is asked for."""
        days = (
            select(FeedbackDay.model_id, FeedbackDay.day)
            .where(*([] if demo is None else [FeedbackDay.demo == demo]))
            .group_by(FeedbackDay.model_id, FeedbackDay.day)
            .having(small_sum(FeedbackDay.n) > 0)
            .subquery()
        )
        found = self._session.execute(
            select(days.c.model_id, func.min(days.c.day)).group_by(days.c.model_id)
        )
        return {row[0]: row[1] for row in found}

    def models(self, ids: Iterable[UUID]) -> dict[UUID, tuple[str, str, str]]:
        """Task, name and revision of each."""
        found = self._session.execute(
            select(Model.id, Model.task, Model.name, Model.revision).where(Model.id.in_(ids))
        )
        return {row[0]: (row[1], row[2], row[3]) for row in found}

    def _covers(self, criteria: Criteria, table: type[Base]) -> bool:
        return self._rollups and covers(criteria, table)


def _counts(counts: Sequence[Any]) -> Counts:
    one, two, three, four, five = map(int, counts)
    return one, two, three, four, five


def _judged_row(key: Any, row: Any) -> JudgedRow:
    return JudgedRow(key, int(row.correct), int(row.wrong), int(row.missed))
