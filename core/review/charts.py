"""The charts of the dashboard, all of the ratings that match one filter."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from itertools import groupby
from uuid import UUID

from core.clock import now
from core.permissions import Actor, Permission
from core.review.chart_types import (
    ByRating,
    Charts,
    ModelFigures,
    PhraseFigures,
    Phrases,
    Release,
    ScoreBin,
    SettingsCell,
    SettingsMap,
    TagPair,
    Tags,
    Trend,
)
from core.review.criteria import criteria_of
from core.review.statistics import mean_interval, wilson
from core.review.trend import trend
from core.review.types import FeedbackFilter
from core.runs.types import Task
from db.repositories.charts import ChartRepository, Judged, JudgedRow, Rated
from db.repositories.review_sql import Criteria
from db.session import Database

MAX_PHRASES, MAX_TAGS = 12, 12
SCORE_BINS = 20


class ChartService:
    """`rollups` may be switched off, to see that the ratings alone give the same figures."""

    def __init__(self, database: Database, *, rollups: bool = True) -> None:
        self._database = database
        self._rollups = rollups

    def charts(self, actor: Actor, filter: FeedbackFilter) -> Charts:
        """Everything the charts show. Raises `Invalid` for a filter that cannot be."""
        actor.require(Permission.REVIEW)
        criteria = criteria_of(filter)
        with self._database.unit_of_work() as session:
            repository = ChartRepository(session, rollups=self._rollups)
            rated = repository.rated(criteria)
            over_time, models = _rated(repository, filter, rated)
            judged = repository.judged(criteria, MAX_PHRASES)
            return Charts(
                trend=over_time,
                models=models,
                settings=_settings(repository, criteria),
                phrases=Phrases(tuple(map(_phrase, judged.phrases)), judged.total),
                scores=_scores(judged),
                tags=_tags(repository, criteria),
            )


def _rated(
    repository: ChartRepository, filter: FeedbackFilter, rated: Rated
) -> tuple[Trend, tuple[ModelFigures, ...]]:
    if not rated.days:
        return trend({}, filter, now().date(), None, ()), ()
    any_time = filter == FeedbackFilter(demo=filter.demo)
    first_days = rated.first_days if any_time else repository.first_days(filter.demo)
    known = repository.models(first_days.keys() | rated.models.keys())
    days = {day: ByRating(counts) for day, counts in rated.days.items()}
    releases = _releases(first_days, known, rated)
    earliest = min(first_days.values(), default=None)
    over_time = trend(days, filter, now().date(), earliest, releases)
    models = [_model(known[id], ByRating(counts)) for id, counts in rated.models.items()]
    models.sort(key=lambda each: (-each.ratings.n, each.task, each.model, each.revision))
    return over_time, tuple(models)


def _releases(
    first_days: Mapping[UUID, date], known: Mapping[UUID, tuple[str, str, str]], rated: Rated
) -> tuple[Release, ...]:
    """Of the models that the filter matches: where a revision came after another of its name."""
    begun: dict[tuple[str, str], list[tuple[date, UUID]]] = defaultdict(list)
    for id, day in first_days.items():
        begun[known[id][:2]].append((day, id))
    found = []
    for (task, name), starts in begun.items():
        began = min(day for day, _ in starts)
        found += [
            Release(day, Task(task), name, known[id][2])
            for day, id in starts
            if day > began and id in rated.models
        ]
    return tuple(sorted(found, key=lambda each: (each.day, each.model, each.revision)))


def _model(known: tuple[str, str, str], ratings: ByRating) -> ModelFigures:
    task, name, revision = known
    positive = wilson(ratings.positive, ratings.n)
    return ModelFigures(
        Task(task), name, revision, ratings, positive, mean_interval(ratings.counts)
    )


def _settings(repository: ChartRepository, criteria: Criteria) -> tuple[SettingsMap, ...]:
    return tuple(
        SettingsMap(
            Task(task), tuple(SettingsCell(row.x, row.y, ByRating(row.counts)) for row in rows)
        )
        for task, rows in groupby(repository.settings(criteria), key=lambda row: row.task)
    )


def _phrase(row: JudgedRow) -> PhraseFigures:
    return PhraseFigures(
        phrase=row.key,
        correct=row.correct,
        wrong=row.wrong,
        missed=row.missed,
        interval=wilson(row.correct, row.correct + row.wrong),
    )


def _scores(judged: Judged) -> tuple[ScoreBin, ...]:
    """Boxes without a score are in no bin."""
    counted = {row.key: row for row in judged.bins if row.key >= 0}
    if not counted:
        return ()
    none = JudgedRow(None, 0, 0, 0)
    rows = [counted.get(place, none) for place in range(SCORE_BINS)]
    return tuple(
        ScoreBin(place / SCORE_BINS, (place + 1) / SCORE_BINS, row.correct, row.wrong)
        for place, row in enumerate(rows)
    )


def _tags(repository: ChartRepository, criteria: Criteria) -> Tags:
    pairs = tuple(TagPair(*row) for row in sorted(repository.tag_pairs(criteria, MAX_TAGS)))
    alone = [pair for pair in pairs if pair.one == pair.other]
    alone.sort(key=lambda pair: (-pair.n, pair.one))
    return Tags(tuple(pair.one for pair in alone), pairs)
