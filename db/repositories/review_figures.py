"""The figures over all ratings that match: from roll-ups where these know enough, else counted."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, cast, func, literal, select, true
from sqlalchemy.orm import Session

from db.models import Feedback, FeedbackDay, RaterDay, Run, RunDay, RunRating, User
from db.repositories.review_sql import Criteria, run_criteria, where_feedback, where_runs
from db.repositories.rollups import covers, small_sum, where_rollup

FEW_RATINGS = 50_000
"""So many are looked at one by one sooner than people are asked whether they gave one."""


class Figures(NamedTuple):
    raters: int
    untriaged: int
    by_rating: tuple[int, ...]
    """How many ratings of 1, 2, 3, 4 and 5."""


class RunFigures(NamedTuple):
    runs: int
    rated: int
    """How many of them anybody rated."""


class Source(StrEnum):
    ROLLUP = "rollup"
    BASE = "base"


@dataclass(frozen=True)
class Plan:
    """Where each figure of one criteria set is read."""

    ratings: Source
    raters: Source
    runs: Source


def plan(criteria: Criteria) -> Plan:
    def source(table: Any, asked: Criteria) -> Source:
        return Source.ROLLUP if covers(asked, table) else Source.BASE

    return Plan(
        ratings=source(FeedbackDay, criteria),
        raters=source(RaterDay, criteria),
        runs=source(RunDay, run_criteria(criteria)),
    )


ALL_COUNTED = Plan(Source.BASE, Source.BASE, Source.BASE)


class FigureRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def figures(self, criteria: Criteria, by: Plan | None = None) -> Figures:
        by = by or plan(criteria)
        if by.ratings is Source.BASE:
            return self._counted(criteria)
        untriaged, by_rating = self._summed(criteria)
        rated = sum(by_rating)
        if rated == 0:
            raters = 0
        elif by.raters is Source.ROLLUP:
            raters = self._raters_of_days(criteria)
        elif rated <= FEW_RATINGS:
            raters = self._counted(criteria).raters
        else:
            raters = self._raters_asked(criteria)
        return Figures(raters, untriaged, by_rating)

    def runs(self, criteria: Criteria, by: Plan | None = None) -> RunFigures:
        """Of the runs that the criteria tell apart, rated or not."""
        by = by or plan(criteria)
        if by.runs is Source.ROLLUP:
            asked = where_rollup(run_criteria(criteria), RunDay)
            query = select(_total(RunDay.runs), _total(RunDay.rated)).where(*asked)
        else:
            query = (
                select(func.count(), func.count(RunRating.run_id))
                .select_from(Run)
                .outerjoin(RunRating, RunRating.run_id == Run.id)
                .where(*where_runs(criteria))
            )
        return RunFigures(*self._session.execute(query).one())

    def _counted(self, criteria: Criteria) -> Figures:
        """One pass over the table; by person first, so that nothing is sorted."""
        each = (
            select(
                Feedback.user_id,
                Feedback.rating,
                func.count().label("n"),
                func.count().filter(Feedback.review_status == "new").label("untriaged"),
            )
            .where(*where_feedback(criteria))
            .group_by(Feedback.user_id, Feedback.rating)
            .subquery()
        )
        raters, untriaged, *by_rating = self._session.execute(
            select(
                func.count(each.c.user_id.distinct()),
                _total(each.c.untriaged),
                *(_total(each.c.n, each.c.rating == rating) for rating in range(1, 6)),
            )
        ).one()
        return Figures(raters, untriaged, tuple(by_rating))

    def _summed(self, criteria: Criteria) -> tuple[int, tuple[int, ...]]:
        untriaged, *by_rating = self._session.execute(
            select(
                _total(FeedbackDay.n, FeedbackDay.review_status == "new"),
                *(_total(FeedbackDay.n, FeedbackDay.rating == rating) for rating in range(1, 6)),
            ).where(*where_rollup(criteria, FeedbackDay))
        ).one()
        return untriaged, tuple(by_rating)

    def _raters_of_days(self, criteria: Criteria) -> int:
        """Each person is looked up by themselves, and the first day found is enough."""
        asked = where_rollup(criteria, RaterDay)
        found = select(literal(1)).where(RaterDay.user_id == User.id, RaterDay.n > 0, *asked)
        return self._people(found)

    def _raters_asked(self, criteria: Criteria) -> int:
        found = select(literal(1)).where(Feedback.user_id == User.id, *where_feedback(criteria))
        return self._people(found)

    def _people(self, found: Any) -> int:
        first = found.correlate(User).limit(1).lateral()
        return self._session.scalars(
            select(func.count()).select_from(User).join(first, true())
        ).one()


def _total(column: Any, *where: Any) -> Any:
    total = small_sum(column)
    return cast(func.coalesce(total.filter(*where) if where else total, 0), BigInteger)
