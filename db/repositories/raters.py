"""What raters' ratings add up to; all sums are made in the database."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import CTE, Double, Integer, and_, cast, func, literal, select
from sqlalchemy.orm import Session, aliased

from db.models import Feedback, RatingRequest, RunRating, User
from db.repositories.review_sql import Criteria, where_feedback

__all__ = ["PairRow", "RaterRepository", "RaterRow"]


class RaterRow(NamedTuple):
    user_id: UUID
    username: str
    role: str
    ratings: int
    mean: float
    commented: int
    rate_ms: float | None


class PairRow(NamedTuple):
    """Two people, and sums over the runs that both rated; see `core.raters.severity.RaterPair`."""

    one: UUID
    other: UUID
    runs: int
    far: int
    weight: float
    difference: float
    squares: float


class RaterRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def figures(self, criteria: Criteria) -> list[RaterRow]:
        """Of everybody who rated, by name. The median time is good to 1 %.

        For the median, times are counted by their logarithm, in steps of 1 %: unlike sorting them
        this is one pass, which several workers of the database share.
        """
        step = cast(func.floor(func.ln(cast(Feedback.rate_ms, Double) + 1) * 100), Integer)
        counted = (
            select(
                Feedback.user_id,
                step.label("step"),
                func.count().label("ratings"),
                func.sum(Feedback.rating).label("stars"),
                func.count().filter(Feedback.comment != "").label("commented"),
                func.count(Feedback.rate_ms).label("timed"),
            )
            .where(*where_feedback(criteria))
            .group_by(Feedback.user_id, step)
            .cte("counted")
            .prefix_with("materialized")  # else it is read in the order of an index, row by row
        )
        timed, person = func.sum(counted.c.timed), counted.c.user_id
        running = select(
            counted,
            timed.over(partition_by=person, order_by=counted.c.step).label("until"),
            timed.over(partition_by=person).label("all_timed"),
        ).subquery()
        halfway = func.min(running.c.step).filter(running.c.until * 2 >= running.c.all_timed)
        rows = self._session.execute(
            select(
                User.id,
                User.username,
                User.role,
                cast(func.sum(running.c.ratings), Integer),
                cast(func.sum(running.c.stars) / func.sum(running.c.ratings), Double),
                cast(func.sum(running.c.commented), Integer),
                func.exp((halfway + 0.5) / literal(100.0, Double)) - 1,
            )
            .join(running, running.c.user_id == User.id)
            .group_by(User.id)
            .order_by(func.lower(User.username))
        )
        return [RaterRow(*row) for row in rows]

    def anchors(self, criteria: Criteria) -> dict[UUID, tuple[int, float]]:
        """For each rater how many ratings have a reference, and the mean of rating less that."""
        off = cast(Feedback.rating - RatingRequest.reference, Double)
        rows = self._session.execute(
            select(Feedback.user_id, func.count(), func.avg(off))
            .join(
                RatingRequest,
                and_(
                    RatingRequest.run_id == Feedback.run_id,
                    RatingRequest.user_id == Feedback.user_id,
                ),
            )
            .where(*where_feedback(criteria), RatingRequest.reference.is_not(None))
            .group_by(Feedback.user_id)
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    def patterns(self, criteria: Criteria) -> dict[tuple[int, ...], int]:
        """How often each of the five ratings was given to a run: runs by that, of two or more."""
        counts = [
            func.count().filter(Feedback.rating == rating).label(f"n{rating}")
            for rating in range(1, 6)
        ]
        runs = (
            select(*counts)
            .where(*where_feedback(criteria), _several())
            .group_by(Feedback.run_id)
            .having(func.count() > 1)
            .subquery()
        )
        rows = self._session.execute(select(*runs.c, func.count()).group_by(*runs.c))
        return {tuple(row[:5]): row[5] for row in rows}

    def pairs(self, criteria: Criteria, far: int) -> list[PairRow]:
        """Sums over the runs that two people rated, for every two; `far`: apart by that or more."""
        rated = _rated(criteria)
        one, other = aliased(rated, name="one"), aliased(rated, name="other")
        apart = cast(one.c.rating - other.c.rating, Double)
        rows = self._session.execute(
            select(
                one.c.user_id,
                other.c.user_id,
                func.count(),
                func.count().filter(func.abs(apart) >= far),
                func.sum(1 / one.c.n),
                func.sum(apart / one.c.n),
                func.sum(apart * apart / one.c.n),
            )
            .join(other, and_(other.c.run_id == one.c.run_id, other.c.user_id > one.c.user_id))
            .group_by(one.c.user_id, other.c.user_id)
        )
        return [PairRow(*row) for row in rows]


def _rated(criteria: Criteria) -> CTE:
    """Ratings of runs that have two or more under the criteria, with how many those are."""
    number = cast(func.count().over(partition_by=Feedback.run_id), Double)
    return (
        select(Feedback.run_id, Feedback.user_id, Feedback.rating, number.label("n"))
        .where(*where_feedback(criteria), _several())
        .cte("rated")
    )


def _several() -> Any:
    """The run has two or more ratings, as its count says; most have one, and are left out early."""
    return Feedback.run_id.in_(select(RunRating.run_id).where(RunRating.n > literal(1)))
