"""Periods that move with today: whole days in UTC, today the last of them."""

from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum

from core.review.types import FeedbackFilter


class Preset(StrEnum):
    THIS_WEEK = "this_week"
    """From Monday on."""
    THIS_MONTH = "this_month"
    LAST_7 = "last_7_days"
    LAST_30 = "last_30_days"
    LAST_90 = "last_90_days"


_LENGTHS = {Preset.LAST_7: 7, Preset.LAST_30: 30, Preset.LAST_90: 90}


def days_of(preset: Preset, today: date) -> tuple[date, date]:
    """The first and the last day."""
    if preset is Preset.THIS_WEEK:
        return today - timedelta(days=today.weekday()), today
    if preset is Preset.THIS_MONTH:
        return today.replace(day=1), today
    return today - timedelta(days=_LENGTHS[preset] - 1), today


def preset_of(
    since: date | None, until: date | None, today: date, preferred: Preset | None = None
) -> Preset | None:
    """The preset that means these days today: `preferred`, where several do."""
    fits = [each for each in Preset if days_of(each, today) == (since, until)]
    return preferred if preferred in fits else next(reversed(fits), None)


def year_before(day: date) -> date:
    """The same day a year ago; 28 February where there is none."""
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def moved(filter: FeedbackFilter, since: date | None, until: date | None) -> FeedbackFilter:
    """The filter over other days; a comparison with a year ago stays one."""
    against = filter.against
    if since is None or until is None:
        against = None
    elif is_year_before(filter):
        against = year_before(since)
    return replace(filter, since=since, until=until, against=against)


def is_year_before(filter: FeedbackFilter) -> bool:
    """Whether it is compared with the same days a year ago."""
    return filter.since is not None and filter.against == year_before(filter.since)
