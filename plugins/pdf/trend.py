"""The trend: how many ratings, and what share of them was good, step by step."""

from itertools import groupby

from core.review.chart_types import Bucket, Trend
from plugins.pdf.document import ACCENT, INK, LINE, WARNING, Document
from plugins.pdf.drawing import stacks

_HIGH, _LOW = 36.0, 16.0
_MOST_TOLD = 12
"""Of releases, the newest."""


def trend_chart(document: Document, trend: Trend) -> None:
    """The share above, the counts below, on one axis of time. Steps without ratings are gaps."""
    if not trend.buckets:
        return
    n = sum(bucket.ratings.n for bucket in trend.buckets)
    document.section(f"Rated 4 or 5 by {trend.unit}, n = {n:,}", needs=_HIGH + _LOW + 25)
    top = document.y + 2
    document.set_xy(document.l_margin, top + _HIGH + 2)
    counts = [(bucket.ratings.n,) for bucket in trend.buckets]
    left, _, width = stacks(document, counts, (LINE,), _LOW)
    below = document.y
    _share(document, trend, left, top, width)
    _releases(document, trend, left, top, width)
    _days(document, trend, left, below, width)
    for release in trend.releases[-_MOST_TOLD:]:
        document.note(
            f"Dashed line {release.day}: {release.model} {release.revision[:8]} ({release.task}) "
            "was first rated."
        )


def _share(document: Document, trend: Trend, left: float, top: float, width: float) -> None:
    for share in (0.0, 0.5, 1.0):
        y = top + _HIGH * (1 - share)
        document.set_draw_color(*LINE)
        document.line(left, y, left + width, y)
        document.label(document.l_margin, y, f"{share:.0%}", 12, "R")
    step = width / len(trend.buckets)
    places = list(enumerate(trend.buckets))
    for rated, group in groupby(places, key=lambda each: each[1].ratings.n > 0):
        if rated:
            _piece(document, list(group), left, top, step)


def _piece(
    document: Document, steps: list[tuple[int, Bucket]], left: float, top: float, step: float
) -> None:
    points = [
        (left + (at + 0.5) * step, top + _HIGH * (1 - (bucket.ratings.positive_share or 0.0)))
        for at, bucket in steps
    ]
    document.set_draw_color(*ACCENT)
    document.set_fill_color(*ACCENT)
    document.set_line_width(0.4)
    if len(points) > 1:
        document.polyline(points)
    for x, y in points:
        document.circle(x, y, 0.6, style="F")
    document.set_line_width(0.2)


def _releases(document: Document, trend: Trend, left: float, top: float, width: float) -> None:
    step = width / len(trend.buckets)
    document.set_draw_color(*WARNING)
    document.set_dash_pattern(1, 1)
    for release in trend.releases:
        for at, bucket in enumerate(trend.buckets):
            if bucket.first <= release.day <= bucket.last:
                x = left + (at + 0.5) * step
                document.line(x, top, x, top + _HIGH)
    document.set_dash_pattern()


def _days(document: Document, trend: Trend, left: float, y: float, width: float) -> None:
    first, last = trend.buckets[0], trend.buckets[-1]
    document.label(left - 2, y + 1, f"{first.first}", 30)
    if len(trend.buckets) > 1:
        document.label(left + width - 30, y + 1, f"{last.last}", 30, "R")
    document.label(left + width / 2 - 30, y + 1, "ratings (bars), share of 4 and 5 (line)", 60, "C")
    document.set_draw_color(*INK)
    document.set_xy(document.l_margin, y + 4)
