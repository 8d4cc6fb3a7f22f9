"""From the filter people see to the conditions the repository knows."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from core.review.filters import FILTER_NAMES, FIRST_DAY, LAST_DAY, checked
from core.review.types import NOBODY, FeedbackFilter, JudgedAs

_VERDICTS = {
    JudgedAs.CORRECT: ("right", "loose"),
    JudgedAs.INCORRECT: ("wrong_label", "absent"),
}


def criteria_of(filter: FeedbackFilter) -> dict[str, Any]:
    """The conditions of a checked filter; days become the moments they begin and end at, in UTC."""
    values = {name: getattr(checked(filter), name) for name in FILTER_NAMES}
    del values["against"]
    first, last = values.pop("since"), values.pop("until")
    tags, match = values.pop("tag"), values.pop("tags")
    criteria = {name: value for name, value in values.items() if value is not None}
    if first is not None:
        criteria["since"] = _start(first)
    if last is not None:
        criteria["before"] = _start(last + timedelta(days=1))
    if tags:
        criteria[f"tags_{match}"] = list(tags)
    if criteria.get("assignee") == NOBODY:
        criteria["assignee"] = None
    if filter.verdict is not None:
        criteria["judged"] = _judged(criteria)
    return criteria


def period_before(filter: FeedbackFilter) -> FeedbackFilter | None:
    """The same filter over as many days from `against` on, or just before; None where the period
    is open, or the one before it would begin earlier than any can."""
    if filter.since is None or filter.until is None:
        return None
    days = (filter.until - filter.since).days
    if filter.against is not None:
        first = filter.against
    elif (filter.since - FIRST_DAY).days > days:
        first = filter.since - timedelta(days=days + 1)
    else:
        return None
    if (LAST_DAY - first).days < days:
        return None
    return replace(filter, since=first, until=first + timedelta(days=days), against=None)


def _judged(criteria: dict[str, Any]) -> dict[str, Any]:
    """One box that all of it is said of; taken out of `criteria`."""
    verdict = criteria.pop("verdict")
    box = {name: criteria.pop(name, None) for name in ("phrase", "score_min", "score_max")}
    return {"verdicts": _VERDICTS.get(verdict, (str(verdict),)), **box}


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
