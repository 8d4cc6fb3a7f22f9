"""The period of a list: presets, own days, and how it is said. Days are whole, in UTC."""

from datetime import date, timedelta
from typing import Protocol

from core.clock import now

ALL_TIME, OWN_DAYS = "All time", "Own days"
PRESETS = {"Last 7 days": 7, "Last 30 days": 30, "Last 90 days": 90}


class Period(Protocol):
    """The first and the last day, both included; None is open."""

    @property
    def since(self) -> date | None: ...
    @property
    def until(self) -> date | None: ...


def preset_of(filter: Period) -> str:
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


def period_words(filter: Period) -> str:
    """As in “2026-03-01 to 2026-03-07 (UTC)”."""
    if filter.since is None and filter.until is None:
        return "all time"
    if filter.since is None:
        return f"all days until {filter.until} (UTC)"
    if filter.until is None:
        return f"all days since {filter.since} (UTC)"
    return f"{filter.since} to {filter.until} (UTC)"
