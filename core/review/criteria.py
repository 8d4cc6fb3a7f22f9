"""From the filter people see to the conditions the repository knows."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from core.review.filters import FILTER_NAMES, checked
from core.review.types import FeedbackFilter


def criteria_of(filter: FeedbackFilter) -> dict[str, Any]:
    """The conditions of a checked filter; days become the moments they begin and end at, in UTC."""
    values = {name: getattr(checked(filter), name) for name in FILTER_NAMES}
    first, last = values.pop("since"), values.pop("until")
    criteria = {name: value for name, value in values.items() if value is not None}
    if first is not None:
        criteria["since"] = _start(first)
    if last is not None:
        criteria["before"] = _start(last + timedelta(days=1))
    return criteria


def period_before(filter: FeedbackFilter) -> FeedbackFilter | None:
    """The same filter over as many days just before; None where the period is open."""
    if filter.since is None or filter.until is None:
        return None
    days = filter.until - filter.since + timedelta(days=1)
    return replace(filter, since=filter.since - days, until=filter.until - days)


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
