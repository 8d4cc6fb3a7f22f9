"""Ratings over time: means, shares and counts, one above the other, and when models changed."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from core.review.chart_types import Bucket, Trend, Unit
from core.review.narrowing import to_days, to_model
from core.review.statistics import wilson
from core.review.types import FeedbackFilter
from core.runs.types import Task
from ui.components.review_charts_draw import Columns, Drawing, Picked
from ui.components.review_charts_look import FIT, PADDING, POINTER, QUIET, RATING_COLOURS

_UNITS = {Unit.DAY: "by day", Unit.WEEK: "by week", Unit.MONTH: "by month"}
_DATA = {"name": "steps"}


def _within(bottom: float, top: float) -> list[dict[str, str]]:
    """A band of the plot, as parts of its height from above."""
    return [{"expr": f"height*{bottom}"}, {"expr": f"height*{top}"}]


_MEAN, _SHARE, _COUNTS = _within(0.34, 0.14), _within(0.62, 0.42), _within(1, 0.70)
_AXIS = {"orient": "left", "titleFontSize": 11, "titlePadding": 6, "labelPadding": 4}
_TIME = {"type": "temporal", "scale": {"type": "utc"}, "title": None}
_AT = {
    "field": "at",
    **_TIME,
    "axis": {"grid": False, "labelOverlap": True, "labelPadding": 4, "tickCount": 8},
}


def _line(y: dict[str, Any], low: str, high: str, shape: str) -> dict[str, Any]:
    """A line that breaks where nothing was rated, with its interval."""
    x = {"field": "middle", **_TIME}
    return {
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.22, "tooltip": None},
                "encoding": {"x": x, "y": {**y, "field": low}, "y2": {"field": high}},
            },
            {
                "mark": {
                    "type": "line",
                    "strokeWidth": 1.5,
                    "tooltip": None,
                    "point": {"size": 14, "shape": shape, "tooltip": None},
                },
                "encoding": {"x": x, "y": y},
            },
        ]
    }


SPEC: Mapping[str, Any] = MappingProxyType(
    {
        "data": _DATA,
        "autosize": FIT,
        "padding": PADDING,
        "params": [
            {
                "name": "counts",
                "select": {"type": "point", "fields": ["first", "last", "rating"]},
                "views": ["bars"],
            },
            {
                "name": "whole",
                "select": {"type": "point", "fields": ["first", "last"]},
                "views": ["columns"],
            },
            {
                "name": "release",
                "select": {"type": "point", "fields": ["task", "model", "revision"]},
                "views": ["releases"],
            },
        ],
        "resolve": {"scale": {"y": "independent"}},
        "layer": [
            {
                "name": "bars",
                "transform": [
                    {"fold": ["1", "2", "3", "4", "5"], "as": ["rating", "n"]},
                    {
                        "stack": "n",
                        "groupby": ["at"],
                        "sort": [{"field": "rating"}],
                        "as": ["low", "high"],
                    },
                    {"filter": "datum.n > 0"},
                    {
                        "calculate": "datum.said + ': ' + format(datum.n, ',') + ' of '"
                        " + format(datum.total, ',') + ' rated ' + datum.rating + ' ★'",
                        "as": "tip",
                    },
                ],
                "mark": {"type": "rect", "cursor": POINTER},
                "encoding": {
                    "x": _AT,
                    "x2": {"field": "next"},
                    "y": {
                        "field": "low",
                        "type": "quantitative",
                        "title": "ratings",
                        "scale": {"range": _COUNTS},
                        "axis": {**_AXIS, "tickCount": 3, "format": "~s"},
                    },
                    "y2": {"field": "high"},
                    "color": {
                        "field": "rating",
                        "type": "nominal",
                        "scale": {"domain": ["1", "2", "3", "4", "5"], "range": RATING_COLOURS},
                        "legend": {
                            "orient": "top",
                            "direction": "horizontal",
                            "labelExpr": "datum.label + ' ★'",
                            "symbolType": "square",
                            "symbolSize": 70,
                            "labelFontSize": 11,
                            "title": " ",
                            "titleFontSize": 1,
                            "columnPadding": 10,
                            "offset": 0,
                            "padding": 0,
                        },
                    },
                    "tooltip": {"field": "tip"},
                },
            },
            _line(
                {
                    "field": "share",
                    "type": "quantitative",
                    "title": "positive",
                    "scale": {"domain": [0, 1], "range": _SHARE},
                    "axis": {**_AXIS, "values": [0, 0.5, 1], "format": ".0%"},
                },
                "low_share",
                "high_share",
                "circle",
            ),
            _line(
                {
                    "field": "mean",
                    "type": "quantitative",
                    "title": "mean",
                    "scale": {"domain": [1, 5], "range": _MEAN},
                    "axis": {**_AXIS, "values": [1, 3, 5]},
                },
                "mean",
                "mean",
                "diamond",
            ),
            {
                "name": "columns",
                "mark": {"type": "rect", "opacity": 0, "cursor": POINTER},
                "transform": [{"filter": "datum.total > 0"}],
                "encoding": {
                    "x": _AT,
                    "x2": {"field": "next"},
                    "y": {"value": {"expr": "height*0.12"}},
                    "y2": {"value": {"expr": "height*0.66"}},
                    "tooltip": {"field": "figures"},
                },
            },
            {
                "data": {"name": "releases"},
                "name": "releases",
                "mark": {
                    "type": "rule",
                    "strokeDash": [4, 3],
                    "strokeWidth": 1.5,
                    "cursor": POINTER,
                },
                "encoding": {
                    "x": {"field": "at", **_TIME},
                    "color": QUIET,
                    "tooltip": {"field": "tip"},
                },
            },
            {
                "data": {"name": "releases"},
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dx": 4,
                    "fontSize": 11,
                    "limit": 110,
                    "tooltip": None,
                },
                "encoding": {
                    "x": {"field": "at", **_TIME},
                    "y": {
                        "field": "line",
                        "type": "quantitative",
                        "axis": None,
                        "scale": {"domain": [0, 1], "range": _within(0.02, 0.09), "nice": False},
                    },
                    "text": {"field": "name"},
                    "color": QUIET,
                },
            },
        ],
    }
)


def trend_chart(trend: Trend) -> Drawing:
    n = sum(bucket.ratings.n for bucket in trend.buckets)
    marks = {
        _figures(bucket): {"first": str(bucket.first), "last": str(bucket.last)}
        for bucket in reversed(trend.buckets)
        if bucket.ratings.n
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
        data={"steps": _steps(trend), "releases": _releases(trend)},
        narrow=_rows,
        marks=marks,
        alt=_alt(trend, n),
        empty=None if n else "No ratings in this period match the filters.",
        help="The mean rating, the share of ratings of 4 and 5 with its 95% interval, and how many "
        "ratings of each value. A line stops where nothing was rated. A dashed line is the first "
        "day with a rating of a further revision.",
    )


def _rows(filter: FeedbackFilter, picked: Picked) -> FeedbackFilter:
    if "revision" in picked:
        return to_model(filter, Task(picked["task"]), picked["model"], picked["revision"])
    rating = int(picked["rating"]) if "rating" in picked else None
    return to_days(
        filter, date.fromisoformat(picked["first"]), date.fromisoformat(picked["last"]), rating
    )


def _steps(trend: Trend) -> Columns:
    buckets = trend.buckets
    starts = [_moment(bucket.first) for bucket in buckets]
    nexts = [_moment(bucket.last + timedelta(days=1)) for bucket in buckets]
    intervals = [wilson(bucket.ratings.positive, bucket.ratings.n) for bucket in buckets]
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
        "said": list(map(_days, buckets)),
        "figures": list(map(_figures, buckets)),
        "total": [bucket.ratings.n for bucket in buckets],
        "mean": [bucket.ratings.mean for bucket in buckets],
        "share": [bucket.ratings.positive_share for bucket in buckets],
        "low_share": [interval.low if interval else None for interval in intervals],
        "high_share": [interval.high if interval else None for interval in intervals],
        **counts,
    }


def _releases(trend: Trend) -> Columns:
    releases = trend.releases
    return {
        "at": [_moment(release.day) for release in releases],
        "task": [str(release.task) for release in releases],
        "model": [release.model for release in releases],
        "revision": [release.revision for release in releases],
        "name": [f"{release.model} {release.revision[:8]}" for release in releases],
        "line": [place % 2 for place, _ in enumerate(releases)],
        "tip": [f"{r.model} {r.revision}: first rated on {r.day}" for r in releases],
    }


def _moment(day: date) -> int:
    """Milliseconds, which a chart takes as they are, whenever its data are exchanged."""
    return int(datetime.combine(day, time.min, UTC).timestamp()) * 1000


def _days(bucket: Bucket) -> str:
    return str(bucket.first) if bucket.first == bucket.last else f"{bucket.first} to {bucket.last}"


def _figures(bucket: Bucket) -> str:
    ratings = bucket.ratings
    interval = wilson(ratings.positive, ratings.n)
    if interval is None:
        return f"{_days(bucket)}: no ratings"
    return (
        f"{_days(bucket)}: {ratings.positive_share:.0%} positive ({100 * interval.low:.0f}–"
        f"{interval.high:.0%}), mean {ratings.mean:.2f}, n = {ratings.n:,}"
    )


def _alt(trend: Trend, n: int) -> str:
    if not n:
        return "Ratings over time: none."
    first, last = trend.buckets[0].first, trend.buckets[-1].last
    rated = [bucket for bucket in trend.buckets if bucket.ratings.n]
    return (
        f"Ratings over time {_UNITS[trend.unit]} from {first} to {last}: {n:,} in all. "
        f"The first: {_figures(rated[0])}. The last: {_figures(rated[-1])}. "
        f"Steps without ratings: {len(trend.buckets) - len(rated)}."
    )
