"""The period of a review: presets, own days, and how it is said. Days are whole, in UTC."""

from datetime import date, timedelta

from core.clock import now
from core.review.types import FeedbackFilter

ALL_TIME, OWN_DAYS = "All time", "Own days"
PRESETS = {"Last 7 days": 7, "Last 30 days": 30, "Last 90 days": 90}


def preset_of(filter: FeedbackFilter) -> str:
    """The preset that means the same days today."""
    if filter.since is None and filter.until is None:
        return ALL_TIME
    for name in PRESETS:
        if days_of(name) == (filter.since, filter.until):
            return name
    return OWN_DAYS


def days_of(preset: str) -> tuple[date | None, date | None]:
    """The first and the last day; today is the last one of every preset."""
    if preset not in PRESETS:
        return None, None
    today = now().date()
    return today - timedelta(days=PRESETS[preset] - 1), today


def period_words(filter: FeedbackFilter) -> str:
    """As in “2026-03-01 to 2026-03-07 (UTC)”."""
    if filter.since is None and filter.until is None:
        return "all time"
    if filter.since is None:
        return f"all days until {filter.until} (UTC)"
    if filter.until is None:
        return f"all days since {filter.since} (UTC)"
    return f"{filter.since} to {filter.until} (UTC)"
