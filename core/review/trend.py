"""Ratings over time: which days a trend spans, in which steps, and where it has gaps."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from core.review.chart_types import Bucket, ByRating, Release, Trend, Unit
from core.review.types import FeedbackFilter

MAX_DAYS, MAX_WEEKS_DAYS = 92, 1100
"""Up to a quarter of single days, up to three years of weeks."""

_ONE_DAY = timedelta(days=1)


def trend(
    days: Mapping[date, ByRating],
    filter: FeedbackFilter,
    today: date,
    earliest: date | None,
    releases: tuple[Release, ...],
) -> Trend:
    """Every step of the period, empty ones too.

    The period is the filter's own as far as there can be ratings: from `earliest`, the first day
    with any at all, until today. Where the filter has no start, it is the first day in `days`.
    """
    if not days:
        return Trend(Unit.DAY, (), ())
    start = min(days)
    if filter.since is not None:
        start = min(start, max(filter.since, earliest or filter.since))
    end = max(max(days), min(filter.until or today, today))
    length = (end - start).days + 1
    unit = Unit.DAY if length <= MAX_DAYS else Unit.WEEK
    unit = Unit.MONTH if length > MAX_WEEKS_DAYS else unit
    starts = list(_starts(start, end, unit))
    counts = [[0] * 5 for _ in starts]
    for day, ratings in days.items():
        step = counts[bisect_right(starts, day) - 1]
        for place, count in enumerate(ratings.counts):
            step[place] += count
    lasts = [first - _ONE_DAY for first in starts[1:]] + [end]
    buckets = tuple(
        Bucket(first, last, ByRating((c[0], c[1], c[2], c[3], c[4])))
        for first, last, c in zip(starts, lasts, counts, strict=True)
    )
    inside = tuple(release for release in releases if start <= release.day <= end)
    return Trend(unit, buckets, inside)


def _starts(start: date, end: date, unit: Unit) -> Iterator[date]:
    """The first days of the steps; the first step may be a part of its week or month."""
    first = start
    while first <= end:
        yield first
        if unit is Unit.DAY:
            first += _ONE_DAY
        elif unit is Unit.WEEK:
            first += timedelta(days=7 - first.weekday())
        else:
            first = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
