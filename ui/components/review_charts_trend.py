"""Ratings over time: means, shares and counts, one above the other, and when models changed."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from core.review.chart_types import Bucket, Trend, Unit
from core.review.narrowing import to_days, to_model
from core.review.statistics import wilson
from core.review.types import FeedbackFilter, Interval
from core.runs.types import Task
from ui.components.review_charts_draw import Columns, Drawing, Picked
from ui.components.review_charts_trend_spec import SPEC

_UNITS = {Unit.DAY: "by day", Unit.WEEK: "by week", Unit.MONTH: "by month"}
_DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1).toordinal()


def trend_chart(trend: Trend) -> Drawing:
    steps = tuple(map(_step, trend.buckets))
    n = sum(step.bucket.ratings.n for step in steps)
    marks = {
        step.figures: {"first": str(step.bucket.first), "last": str(step.bucket.last)}
        for step in reversed(steps)
        if step.interval
    }
    marks |= {
        f"{release.model} {release.revision}, first rated {release.day}": {
            "task": str(release.task),
            "model": release.model,
            "revision": release.revision,
        }
        for release in trend.releases
    }
    return Drawing(
        name="trend",
        title=f"**Ratings over time** {_UNITS[trend.unit]}, n = {n:,}",
        spec=SPEC,
        data={"steps": _steps(steps), "releases": _releases(trend)},
        narrow=_rows,
        marks=marks,
        alt="Ratings over time: mean rating, positive share, and how many of each rating",
        empty=None if n else "No ratings in this period match the filters.",
        help="The mean rating, the share of ratings of 4 and 5 with its 95% interval, and how many "
        "ratings of each value. A line stops where nothing was rated. A dashed line is the first "
        "day with a rating of a further revision.",
    )


class _Step(NamedTuple):
    bucket: Bucket
    interval: Interval | None
    """Of the positive share; None where nothing was rated."""
    days: str
    figures: str


def _step(bucket: Bucket) -> _Step:
    first, last, ratings = bucket.first, bucket.last, bucket.ratings
    days = str(first) if first == last else f"{first} to {last}"
    interval = wilson(ratings.positive, ratings.n)
    if interval is None:
        return _Step(bucket, None, days, f"{days}: no ratings")
    figures = (
        f"{days}: {ratings.positive_share:.0%} positive ({100 * interval.low:.0f}–"
        f"{interval.high:.0%}), mean {ratings.mean:.2f}, n = {ratings.n:,}"
    )
    return _Step(bucket, interval, days, figures)


def _rows(filter: FeedbackFilter, picked: Picked) -> FeedbackFilter:
    if "revision" in picked:
        return to_model(filter, Task(picked["task"]), picked["model"], picked["revision"])
    rating = int(picked["rating"]) if "rating" in picked else None
    return to_days(
        filter, date.fromisoformat(picked["first"]), date.fromisoformat(picked["last"]), rating
    )


def _steps(steps: Sequence[_Step]) -> Columns:
    buckets = [step.bucket for step in steps]
    starts = [_moment(bucket.first) for bucket in buckets]
    nexts = [_moment(bucket.last) + _DAY_MS for bucket in buckets]
    counts = {
        str(rating): [bucket.ratings.counts[rating - 1] for bucket in buckets]
        for rating in range(1, 6)
    }
    return {
        "first": [str(bucket.first) for bucket in buckets],
        "last": [str(bucket.last) for bucket in buckets],
        "at": starts,
        "next": nexts,
        "middle": [(one + other) // 2 for one, other in zip(starts, nexts, strict=True)],
        "said": [step.days for step in steps],
        "figures": [step.figures for step in steps],
        "total": [bucket.ratings.n for bucket in buckets],
        "mean": [bucket.ratings.mean for bucket in buckets],
        "share": [bucket.ratings.positive_share for bucket in buckets],
        "low_share": [step.interval.low if step.interval else None for step in steps],
        "high_share": [step.interval.high if step.interval else None for step in steps],
        **counts,
    }


def _releases(trend: Trend) -> Columns:
    releases = trend.releases
    days = [_moment(release.day) for release in releases]
    end = _moment(trend.buckets[-1].last) + _DAY_MS if trend.buckets else 0
    return {
        "at": days,
        # Names stand on two lines in turn, each as far as the next on its line.
        "line": [place % 2 for place, _ in enumerate(days)],
        "until": [*days[2:], end, end][: len(days)],
        "task": [str(release.task) for release in releases],
        "model": [release.model for release in releases],
        "revision": [release.revision for release in releases],
        "name": [f"{release.model} {release.revision[:8]}" for release in releases],
        "tip": [f"{r.model} {r.revision}: first rated on {r.day}" for r in releases],
    }


def _moment(day: date) -> int:
    """Milliseconds, which a chart takes as they are, whenever its data are exchanged."""
    return (day.toordinal() - _EPOCH) * _DAY_MS
