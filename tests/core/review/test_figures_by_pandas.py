"""Every figure of the header and of the charts, counted once more with pandas on the export."""

import io
import json
import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from scipy import stats
from sqlalchemy import text

from core.errors import Invalid
from core.permissions import Role
from core.review.chart_types import ByRating, Charts
from core.review.charts import ChartService
from core.review.criteria import period_before
from core.review.export import ExportService
from core.review.filters import FILTER_NAMES, checked, to_query
from core.review.service import ReviewService
from core.review.types import NOBODY, FeedbackFilter, Interval, JudgedAs, Kpis, TagMatch
from core.runs.types import Task
from db.session import Database
from tests.core.review.charted import BEGAN, LABELS, TAGS, Charted, charted

FILTERS = 50
CORRECT, WRONG = ("right", "loose"), ("wrong_label", "absent")

_VARIED = """
update feedback f set
    corrected_text = case when h % 4 = 0 then 'It says otherwise.' end,
    review_status = case when h % 5 = 0 then 'fixed' when h % 5 = 1 then 'wont_fix'
        else review_status end,
    fixed_in = case when h % 5 = 0 then 'r9' end,
    assignee_id = case when h % 3 = 0 then (select id from users where username = 'root')
        when h % 3 = 1 then (select id from users where username = 'Bob') end,
    note = 'note ' || h, answer = case when h % 2 = 0 then '=answer' else '' end,
    latency_ms = nullif(h % 400, 7),
    comment = (array['', 'fine', '漏掉了一个红色圆形', E'two\\nlines; and', '=1+1'])[1 + h % 5]
from (select id, abs(hashtext(id::text)) % 100000 as h from feedback) as hashed
where hashed.id = f.id
"""


@pytest.fixture
def world(database: Database) -> Charted:
    made = charted(database, runs=110, seed=21)
    with database.unit_of_work() as session:
        session.execute(text(_VARIED))
    return made


def random_filter(draw: random.Random, which: int) -> FeedbackFilter:
    """One to three limits; the first of them by turns, so that each is tried."""
    first = BEGAN.date() + timedelta(days=draw.randrange(-2, 70))
    length = timedelta(days=draw.randrange(1, 50))
    low = draw.randint(1, 3)
    groups: tuple[dict[str, Any], ...] = (
        {"since": first},
        {"until": first},
        {"since": first, "until": first + length},
        {"since": first, "until": first + length, "against": first - timedelta(days=60)},
        {"task": draw.choice(list(Task))},
        {"model": draw.choice(("shapes", "reporter", "reporter@r2", "shapes@s2"))},
        {"user": draw.choice(("ann", "bob"))},
        {"role": draw.choice((Role.ANALYST, Role.ADMIN))},
        {"rating_min": low, "rating_max": draw.randint(low, 5)},
        {"tag": tuple(draw.sample(TAGS, 2)), "tags": draw.choice(list(TagMatch))},
        {"status": draw.choice(("new", "triaged", "fixed", "wont_fix"))},
        {"assignee": draw.choice((NOBODY, "root", "bob"))},
        {"comment": draw.random() < 0.5},
        {"correction": draw.random() < 0.5},
        {"verdicts": draw.random() < 0.5},
        {"phrase": draw.choice(LABELS)},
        {"score_min": 0.3, "score_max": draw.choice((0.8, 1.0))},
        {"verdict": draw.choice(list(JudgedAs)), "score_max": draw.choice((None, 0.5, 1.0))},
        {"latency_min": draw.randrange(200), "latency_max": draw.randrange(200, 400)},
        {"stopped": draw.random() < 0.5},
        {"demo": draw.random() < 0.5},
        {"temperature": 0.7},
        {"top_p": draw.choice((0.9, 1.0))},
        {"box_threshold": draw.choice((0.2, 0.35))},
        {"text_threshold": 0.25},
        {"text": draw.choice(("fine", "红色", "says", "red circle"))},
    )
    chosen: dict[str, Any] = dict(groups[which % len(groups)])
    for group in draw.sample(groups, draw.randint(0, 1)):
        if not set(group) & set(chosen):
            chosen |= group
    if "against" in chosen and "until" not in chosen:
        del chosen["against"]
    try:
        return checked(FeedbackFilter(**chosen))
    except Invalid:  # two limits that exclude each other
        return checked(FeedbackFilter(**groups[which % len(groups)]))


def exported(world: Charted, filter: FeedbackFilter) -> pd.DataFrame:
    content = b"".join(ExportService(world.database).csv(world.admin, filter))
    table = pd.read_csv(io.BytesIO(content), keep_default_na=False, na_values=[""])
    table["day"] = pd.to_datetime(table.created_at).dt.date
    table["tags"] = [
        [tag.removeprefix("'") for tag in str(tags).split("; ")] if tags == tags else []
        for tags in table.tags
    ]
    return table


def test_every_figure_is_what_pandas_counts_in_the_export(world: Charted) -> None:
    draw = random.Random(77)  # noqa: S311
    asked = [FeedbackFilter(), *(random_filter(draw, which) for which in range(FILTERS))]
    used = {name for f in asked for name in FILTER_NAMES if getattr(f, name) not in (None, ())}
    assert used == set(FILTER_NAMES)
    sizes = []
    for filter in asked:
        table = exported(world, filter)
        sizes.append(len(table))
        header = ReviewService(world.database).header(world.admin, filter)
        assert header.current.rated == len(table), to_query(filter)
        _check_kpis(header.current, table)
        _check_wilson(header.positive_interval, table)
        _check_mean(header.mean_interval, table)
        before = period_before(filter)
        if header.previous is None:
            assert before is None or filter.since is None
        elif before is not None:
            _check_kpis(header.previous, exported(world, before))
        charts = ChartService(world.database).charts(world.admin, filter)
        _check_trend(charts, table)
        _check_models(charts, table)
        _check_settings(charts, table)
        _check_boxes(charts, table)
        _check_tags(charts, table)
    assert sum(size > 0 for size in sizes) > FILTERS * 0.7, sizes


def _check_kpis(kpis: Kpis, table: pd.DataFrame) -> None:
    assert kpis.rated == len(table)
    assert kpis.positive == (table.rating >= 4).sum()
    assert kpis.raters == table.user.nunique()
    assert kpis.untriaged == (table.status == "new").sum()
    assert kpis.by_rating == _counts(table)
    if len(table):
        assert kpis.mean_rating == pytest.approx(table.rating.mean(), abs=1e-12)
        assert kpis.positive_share == pytest.approx((table.rating >= 4).mean(), abs=1e-12)
    else:
        assert kpis.mean_rating is None
        assert kpis.positive_share is None


def _counts(table: pd.DataFrame) -> tuple[int, ...]:
    counted = table.rating.value_counts()
    return tuple(int(counted.get(rating, 0)) for rating in range(1, 6))


def _check_wilson(interval: Interval | None, table: pd.DataFrame) -> None:
    positive, n = int((table.rating >= 4).sum()), len(table)
    _check_proportion(interval, positive, n)


def _check_proportion(interval: Interval | None, positive: int, n: int) -> None:
    if n == 0:
        assert interval is None
        return
    expected = stats.binomtest(positive, n).proportion_ci(method="wilson")
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def _check_mean(interval: Interval | None, table: pd.DataFrame) -> None:
    ratings = table.rating
    if len(table) < 2 or ratings.nunique() < 2:
        assert interval is None
        return
    low, high = stats.t.interval(
        0.95, len(ratings) - 1, loc=ratings.mean(), scale=stats.sem(ratings)
    )
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((max(1, low), min(5, high)), abs=1e-9)


def _check_trend(charts: Charts, table: pd.DataFrame) -> None:
    days = [bucket.first for bucket in charts.trend.buckets]
    assert days == sorted(days)
    told: dict[date, ByRating] = {}
    for bucket in charts.trend.buckets:
        inside = table[(table.day >= bucket.first) & (table.day <= bucket.last)]
        assert bucket.ratings.counts == _counts(inside)
        assert bucket.ratings.mean == (
            pytest.approx(inside.rating.mean(), abs=1e-12) if len(inside) else None
        )
        told[bucket.first] = bucket.ratings
    assert sum(ratings.n for ratings in told.values()) == len(table)


def _check_models(charts: Charts, table: pd.DataFrame) -> None:
    groups = dict(list(table.groupby(["task", "model", "revision"])))
    assert {(str(m.task), m.model, m.revision) for m in charts.models} == set(groups)
    for model in charts.models:
        group = groups[str(model.task), model.model, model.revision]
        assert model.ratings.counts == _counts(group)
        _check_wilson(model.positive_interval, group)
        _check_mean(model.mean_interval, group)


def _check_settings(charts: Charts, table: pd.DataFrame) -> None:
    axes = {
        Task.GENERATION: ["temperature", "top_p"],
        Task.DETECTION: ["box_threshold", "text_threshold"],
    }
    told = {each.task: each for each in charts.settings}
    for task, names in axes.items():
        known = table[table.task == str(task)].dropna(subset=names)
        groups = {
            tuple(round(float(str(side)), 2) for side in pair): _counts(group)
            for pair, group in known.groupby(names)
        }
        cells = told[task].cells if task in told else ()
        shown = {(round(c.x, 2), round(c.y, 2)): c.ratings.counts for c in cells}
        assert shown == groups


def _check_boxes(charts: Charts, table: pd.DataFrame) -> None:
    boxes = pd.DataFrame(
        [box for verdicts in table.verdicts for box in json.loads(verdicts)],
        columns=["label", "score", "verdict"],
    )
    correct, wrong = boxes.verdict.isin(CORRECT), boxes.verdict.isin(WRONG)
    assert charts.phrases.total == boxes.label.nunique()
    for phrase in charts.phrases.shown:
        of = boxes.label == phrase.phrase
        assert phrase.correct == (of & correct).sum()
        assert phrase.wrong == (of & wrong).sum()
        assert phrase.missed == (of & (boxes.verdict == "missed")).sum()
        _check_proportion(phrase.interval, phrase.correct, phrase.n)
    scores = boxes.score.astype(float)
    for place, step in enumerate(charts.scores):
        above = scores <= 1 if place == len(charts.scores) - 1 else scores < round(step.high, 2)
        inside = (scores >= round(step.low, 2)) & above
        assert (step.correct, step.wrong) == ((inside & correct).sum(), (inside & wrong).sum())
    if charts.scores:
        counted = sum(step.correct + step.wrong for step in charts.scores)
        assert counted == (correct | wrong).sum()
    else:
        assert not (correct | wrong).any()


def _check_tags(charts: Charts, table: pd.DataFrame) -> None:
    pairs = pd.DataFrame(
        [(one, other) for tags in table.tags for one in tags for other in tags if one <= other],
        columns=["one", "other"],
    )
    known = pairs[pairs.one.isin(charts.tags.tags) & pairs.other.isin(charts.tags.tags)]
    expected = known.groupby(["one", "other"]).size().to_dict()
    assert {(pair.one, pair.other): pair.n for pair in charts.tags.pairs} == expected


def test_coverage_is_counted_in_the_runs_themselves(world: Charted, database: Database) -> None:
    """Runs without a rating are in no export."""
    with database.engine.connect() as connection:
        runs = pd.read_sql(
            "select r.created_at, r.task, exists (select from feedback f where f.run_id = r.id)"
            " as rated from runs r",
            connection,
        )
    for task in Task:
        kpis = ReviewService(database).header(world.admin, FeedbackFilter(task=task)).current
        of = runs[runs.task == str(task)]
        assert (kpis.runs, kpis.rated_runs) == (len(of), of.rated.sum())
        assert kpis.coverage == pytest.approx(of.rated.mean(), abs=1e-12)


def test_the_comparison_is_the_same_filter_over_other_days(world: Charted) -> None:
    since = BEGAN.date() + timedelta(days=20)
    filter = FeedbackFilter(since=since, until=since + timedelta(days=20), rating_max=3)
    compared = replace(filter, against=since - timedelta(days=15))
    header = ReviewService(world.database).header(world.admin, compared)
    assert header.previous is not None
    earlier = replace(filter, since=since - timedelta(days=15), until=since + timedelta(days=5))
    _check_kpis(header.previous, exported(world, earlier))
