"""Raters compared: how much, how strictly and how alike they rate, under the one filter."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from core.permissions import Actor, Permission, Role
from core.raters.agreement import Pattern, agreement
from core.raters.severity import FAR, RaterPair, severities
from core.raters.types import RaterFigures, RatersReport, Severity
from core.review.criteria import criteria_of
from core.review.types import FeedbackFilter
from db.repositories.raters import RaterRepository, RaterRow
from db.session import Database

_NO_ANCHORS = (0, None)


class RaterService:
    def __init__(self, database: Database) -> None:
        self._database = database

    def report(self, actor: Actor, filter: FeedbackFilter) -> RatersReport:
        """Everybody who rated. Raises `Invalid` for a filter that cannot be.

        Agreement and severity speak of runs with two or more ratings that the filter lets through.
        """
        actor.require(Permission.REVIEW)
        criteria = criteria_of(filter)
        with self._database.unit_of_work() as session:
            repository = RaterRepository(session)
            figures, anchors = repository.figures(criteria), repository.anchors(criteria)
            patterns = repository.patterns(criteria)
            overall = patterns if not criteria else repository.patterns({})
            pairs = [RaterPair(*row) for row in repository.pairs(criteria, FAR)]
        strict = severities(pairs, _ratings(patterns), sum(patterns.values()))
        agreed = agreement(patterns)
        return RatersReport(
            raters=_figures(figures, anchors, pairs, strict),
            agreement=agreed,
            overall=agreed if overall is patterns else agreement(overall),
        )


def _ratings(patterns: Mapping[Pattern, int]) -> int:
    return sum(sum(pattern) * runs for pattern, runs in patterns.items())


def _figures(
    rows: Sequence[RaterRow],
    anchors: Mapping[UUID, tuple[int, float]],
    pairs: Sequence[RaterPair],
    strict: Mapping[UUID, Severity],
) -> tuple[RaterFigures, ...]:
    shared: Counter[UUID] = Counter()
    far: Counter[UUID] = Counter()
    for pair in pairs:
        for person in (pair.one, pair.other):
            shared[person] += pair.runs
            far[person] += pair.far
    return tuple(
        RaterFigures(
            username=row.username,
            role=Role(row.role),
            ratings=row.ratings,
            mean=row.mean,
            commented=row.commented / row.ratings,
            rate_ms=row.rate_ms,
            severity=strict.get(row.user_id),
            pairs=shared[row.user_id],
            far=far[row.user_id],
            anchors=anchors.get(row.user_id, _NO_ANCHORS)[0],
            anchor_deviation=anchors.get(row.user_id, _NO_ANCHORS)[1],
        )
        for row in rows
    )
