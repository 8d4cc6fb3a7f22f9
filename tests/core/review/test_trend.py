"""The trend: which days it spans, in which steps, and how a gap stays one."""

from datetime import date, timedelta

import pytest

from core.review.chart_types import ByRating, Release, Trend, Unit
from core.review.trend import MAX_DAYS, MAX_WEEKS_DAYS, trend
from core.review.types import FeedbackFilter
from core.runs.types import Task

DAY = date(2026, 3, 4)  # a Wednesday
ONE = ByRating((0, 0, 0, 0, 1))


def over(
    days: list[date],
    filter: FeedbackFilter = FeedbackFilter(),  # noqa: B008 - frozen
    today: date = DAY,
    earliest: date | None = DAY,
    releases: tuple[Release, ...] = (),
) -> Trend:
    return trend(dict.fromkeys(days, ONE), filter, today, earliest, releases)


def test_a_day_without_ratings_has_no_mean() -> None:
    found = over([DAY, DAY + timedelta(days=2)], today=DAY + timedelta(days=2))
    assert [bucket.ratings.n for bucket in found.buckets] == [1, 0, 1]
    assert [bucket.ratings.mean for bucket in found.buckets] == [5.0, None, 5.0]
    assert found.buckets[1].ratings.positive_share is None


@pytest.mark.parametrize(
    ("days", "unit"),
    [
        (1, Unit.DAY),
        (MAX_DAYS, Unit.DAY),
        (MAX_DAYS + 1, Unit.WEEK),
        (MAX_WEEKS_DAYS, Unit.WEEK),
        (MAX_WEEKS_DAYS + 1, Unit.MONTH),
        (9000, Unit.MONTH),
    ],
)
def test_steps_grow_with_the_span_and_cover_it_without_a_hole(days: int, unit: Unit) -> None:
    last = DAY + timedelta(days=days - 1)
    found = over([DAY, last], today=last)
    assert found.unit is unit
    assert (found.buckets[0].first, found.buckets[-1].last) == (DAY, last)
    for one, following in zip(found.buckets, found.buckets[1:], strict=False):
        assert following.first == one.last + timedelta(days=1)
        assert unit is not Unit.WEEK or following.first.weekday() == 0
        assert unit is not Unit.MONTH or following.first.day == 1
    assert sum(bucket.ratings.n for bucket in found.buckets) == len({DAY, last})


def test_the_chosen_period_is_shown_whole_but_not_beyond_what_can_be() -> None:
    days = [DAY]
    chosen = FeedbackFilter(since=DAY - timedelta(days=9), until=DAY + timedelta(days=9))
    long_ago = DAY - timedelta(days=5)
    found = over(days, chosen, today=DAY + timedelta(days=2), earliest=long_ago)
    assert (found.buckets[0].first, found.buckets[-1].last) == (long_ago, DAY + timedelta(days=2))
    always = FeedbackFilter(since=date(2000, 1, 1), until=date(2999, 12, 31))
    assert len(over(days, always, earliest=long_ago).buckets) == 6
    # Without a start, the first rating is one; without an end, today is.
    assert over(days, today=DAY + timedelta(days=3), earliest=long_ago).buckets[0].first == DAY
    assert len(over(days, today=DAY + timedelta(days=3)).buckets) == 4


def test_a_rating_from_tomorrow_is_shown() -> None:
    tomorrow = DAY + timedelta(days=1)
    assert over([tomorrow], today=DAY).buckets[-1].last == tomorrow


def test_releases_outside_the_period_are_left_out() -> None:
    releases = tuple(
        Release(DAY + timedelta(days=place), Task.DETECTION, "m", str(place)) for place in range(3)
    )
    found = over([DAY, DAY + timedelta(days=1)], today=DAY + timedelta(days=1), releases=releases)
    assert found.releases == releases[:2]
