"""The charts: both sources agree, both agree with a count by hand, and every mark has its rows."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from core.errors import Invalid, NotAllowed
from core.review import narrowing
from core.review.chart_types import Charts, ScoreBin
from core.review.charts import MAX_PHRASES, ChartService
from core.review.service import ReviewService
from core.review.types import FeedbackFilter, JudgedAs
from core.runs.types import Task
from db.models import Feedback
from db.session import Database
from tests.core.review.charted import BEGAN, LABELS, Charted, charted, random_filter

CORRECT, WRONG = {"right", "loose"}, {"wrong_label", "absent"}


@pytest.fixture
def world(database: Database) -> Charted:
    return charted(database)


def drawn(world: Charted, filter: FeedbackFilter) -> Charts:
    return ChartService(world.database).charts(world.admin, filter)


def matching(world: Charted, filter: FeedbackFilter) -> list[Feedback]:
    """The rows that the table shows."""
    review = ReviewService(world.database)
    page = review.page(world.admin, filter, size=200)
    assert page.next_cursor is None
    ids = {row.feedback.id for row in page.rows}
    return [row for row in world.feedback if row.id in ids]


def boxes(world: Charted, rows: list[Feedback]) -> list[tuple[str, float | None, str]]:
    return [box for row in rows for box in world.judged.get((row.run_id, row.user_id), ())]


def test_rollups_and_ratings_agree_on_random_filters(world: Charted) -> None:
    alone = ChartService(world.database, rollups=False)
    draw = random.Random(8)  # noqa: S311
    for filter in [FeedbackFilter(), *(random_filter(draw) for _ in range(60))]:
        assert drawn(world, filter) == alone.charts(world.admin, filter), filter


def test_both_agree_after_ratings_are_changed_and_withdrawn(world: Charted) -> None:
    alone = ChartService(world.database, rollups=False)
    with world.database.unit_of_work() as session:
        for place, row in enumerate(world.feedback):
            kept = session.get_one(Feedback, row.id)
            if place % 3 == 0:
                session.delete(kept)
            elif place % 3 == 1:
                kept.rating, kept.tags = 6 - kept.rating, ["style", "new one"]
    for filter in (
        FeedbackFilter(),
        FeedbackFilter(task=Task.DETECTION),
        FeedbackFilter(demo=True),
    ):
        charts = drawn(world, filter)
        assert charts == alone.charts(world.admin, filter)
        assert "new one" in charts.tags.tags


def test_charts_equal_a_count_by_hand(world: Charted) -> None:
    draw = random.Random(9)  # noqa: S311
    for filter in [FeedbackFilter(), *(random_filter(draw) for _ in range(25))]:
        rows = matching(world, filter)
        charts = drawn(world, filter)
        _check_ratings(world, charts, rows)
        _check_boxes(charts, boxes(world, rows))
        _check_tags(charts, rows)


def _check_ratings(world: Charted, charts: Charts, rows: list[Feedback]) -> None:
    for bucket in charts.trend.buckets:
        inside = [r for r in rows if bucket.first <= r.created_at.date() <= bucket.last]
        counted = Counter(row.rating for row in inside)
        assert bucket.ratings.counts == tuple(counted[rating] for rating in range(1, 6))
    assert sum(bucket.ratings.n for bucket in charts.trend.buckets) == len(rows)
    models = {(m.task, m.model, m.revision): m.ratings.n for m in charts.models}
    assert models == Counter(world.models[row.model_id] for row in rows)


def _check_boxes(charts: Charts, judged: list[tuple[str, float | None, str]]) -> None:
    said = Counter((label, verdict) for label, _, verdict in judged)
    for phrase in charts.phrases.shown:
        assert phrase.correct == sum(said[phrase.phrase, verdict] for verdict in CORRECT)
        assert phrase.wrong == sum(said[phrase.phrase, verdict] for verdict in WRONG)
        assert phrase.missed == said[phrase.phrase, "missed"]
    assert charts.phrases.total == len({label for label, _ in said})
    for step in charts.scores:
        inside = [verdict for _, score, verdict in judged if _within(step, score)]
        assert step.correct == sum(verdict in CORRECT for verdict in inside)
        assert step.wrong == sum(verdict in WRONG for verdict in inside)
    assert len(charts.scores) == (20 if any(v != "missed" for _, _, v in judged) else 0)


def _check_tags(charts: Charts, rows: list[Feedback]) -> None:
    counted = Counter(
        (one, other) for row in rows for one in row.tags for other in row.tags if one <= other
    )
    assert {(pair.one, pair.other): pair.n for pair in charts.tags.pairs} == counted
    order = sorted({tag for row in rows for tag in row.tags}, key=lambda t: (-counted[t, t], t))
    assert charts.tags.tags == tuple(order)


Mark = tuple[FeedbackFilter, set[UUID]]
"""A mark's own filter, and the rows it stands for."""


def _marks(world: Charted, filter: FeedbackFilter, rows: list[Feedback]) -> Iterator[Mark]:
    charts = drawn(world, filter)
    for bucket in charts.trend.buckets:
        first, last = bucket.first, bucket.last
        inside = [row for row in rows if first <= row.created_at.date() <= last]
        for rating, count in enumerate(bucket.ratings.counts, start=1):
            if count:
                ids = {row.id for row in inside if row.rating == rating}
                yield narrowing.to_days(filter, first, last, rating), ids
    for model in charts.models:
        name = (model.task, model.model, model.revision)
        ids = {row.id for row in rows if world.models[row.model_id] == name}
        yield narrowing.to_model(filter, model.task, model.model, model.revision), ids
    for pair in charts.tags.pairs:
        ids = {row.id for row in rows if {pair.one, pair.other} <= set(row.tags)}
        yield narrowing.to_tags(filter, pair.one, pair.other), ids


@pytest.mark.parametrize(
    "filter",
    [
        FeedbackFilter(),
        FeedbackFilter(task=Task.GENERATION, rating_min=2),
        FeedbackFilter(
            since=BEGAN.date() + timedelta(days=9), until=BEGAN.date() + timedelta(days=40)
        ),
        FeedbackFilter(tag=("style",)),
    ],
)
def test_the_rows_of_a_mark_are_those_it_counts(world: Charted, filter: FeedbackFilter) -> None:
    rows = matching(world, filter)
    for narrow, ids in _marks(world, filter, rows):
        assert {row.id for row in matching(world, narrow)} == ids != set(), narrow


def test_a_cell_of_settings_opens_as_many_ratings_as_it_counts(world: Charted) -> None:
    review = ReviewService(world.database)
    maps = drawn(world, FeedbackFilter()).settings
    assert [map.task for map in maps] == [Task.DETECTION, Task.GENERATION]
    for map in maps:
        for cell in map.cells:
            narrow = narrowing.to_settings(FeedbackFilter(), map.task, cell.x, cell.y)
            kpis = review.header(world.admin, narrow).current
            assert kpis.by_rating == cell.ratings.counts
            assert kpis.mean_rating == cell.ratings.mean


def test_a_mark_of_boxes_opens_the_ratings_that_hold_one(world: Charted) -> None:
    charts = drawn(world, FeedbackFilter())
    kinds = (
        (JudgedAs.CORRECT, CORRECT),
        (JudgedAs.INCORRECT, WRONG),
        (JudgedAs.MISSED, {"missed"}),
    )
    before = FeedbackFilter(phrase="something else", score_min=0.9)
    for judged_as, verdicts in kinds:
        for phrase in charts.phrases.shown:
            narrow = narrowing.to_boxes(before, judged_as, phrase=phrase.phrase)
            found = {row.id for row in matching(world, narrow)}
            assert found == _holding(world, verdicts, label=phrase.phrase), narrow
    for judged_as, verdicts in kinds[:2]:
        for step in charts.scores:
            narrow = narrowing.to_boxes(before, judged_as, low=step.low, high=step.high)
            found = {row.id for row in matching(world, narrow)}
            assert found == _holding(world, verdicts, step=step), narrow


def _holding(
    world: Charted, verdicts: set[str], label: str | None = None, step: ScoreBin | None = None
) -> set[UUID]:
    """Ratings with a box judged so, of that phrase or with such a score."""
    return {
        row.id
        for row in world.feedback
        for said, score, verdict in boxes(world, [row])
        if verdict in verdicts
        and (label is None or said == label)
        and (step is None or _within(step, score))
    }


def _within(step: ScoreBin, score: float | None) -> bool:
    return score is not None and step.low <= score and (score < step.high or step.high == 1)


def test_intervals_stand_around_their_figures(world: Charted) -> None:
    charts = drawn(world, FeedbackFilter())
    for model in charts.models:
        share, mean = model.ratings.positive_share, model.ratings.mean
        assert share is not None
        assert mean is not None
        assert model.positive_interval is not None
        assert model.mean_interval is not None
        assert model.positive_interval.low <= share <= model.positive_interval.high
        assert model.mean_interval.low <= mean <= model.mean_interval.high
    assert len(charts.phrases.shown) == min(MAX_PHRASES, len(LABELS))
    for phrase in charts.phrases.shown:
        if phrase.precision is None:
            assert phrase.interval is None
        else:
            assert phrase.interval is not None
            assert phrase.interval.low <= phrase.precision <= phrase.interval.high


def test_nothing_matched_is_nothing_drawn(world: Charted) -> None:
    charts = drawn(world, FeedbackFilter(text="nowhere"))
    assert charts.trend.buckets == ()
    nothing = (charts.models, charts.settings, charts.phrases.shown, charts.scores)
    assert not any((*nothing, charts.tags.tags, charts.tags.pairs))


def test_a_further_revision_is_marked_on_the_first_day_it_is_rated(world: Charted) -> None:
    def first(name: str, revision: str) -> object:
        return min(
            row.created_at.date()
            for row in world.feedback
            if world.models[row.model_id][1:] == (name, revision)
        )

    releases = drawn(world, FeedbackFilter()).trend.releases
    assert [(r.model, r.revision, r.day) for r in releases] == sorted(
        [
            ("reporter", "r2", first("reporter", "r2")),
            ("shapes", "s2", first("shapes", "s2")),
        ],
        key=lambda each: (each[2], each[0]),
    )
    only = drawn(world, FeedbackFilter(model="reporter")).trend.releases
    assert [release.model for release in only] == ["reporter"]
    # Seen from a time when it was there already, it is no change.
    since = replace(FeedbackFilter(), since=releases[-1].day + timedelta(days=1))
    assert drawn(world, since).trend.releases == ()


def test_only_reviewers_see_charts(world: Charted) -> None:
    with pytest.raises(NotAllowed):
        ChartService(world.database).charts(world.analyst, FeedbackFilter())


def test_an_impossible_mark_is_refused() -> None:
    with pytest.raises(Invalid):
        narrowing.to_rating(FeedbackFilter(), 9)
    with pytest.raises(Invalid):
        narrowing.to_boxes(FeedbackFilter(), JudgedAs.CORRECT, low=0.5, high=7)
    with pytest.raises(Invalid):
        narrowing.to_tags(FeedbackFilter(), "", "style")
