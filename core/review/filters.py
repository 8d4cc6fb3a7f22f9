"""One vocabulary for the filter: the page's address, the API and the export all speak it."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from core.errors import Invalid
from core.feedback.checks import checked_characters
from core.feedback.types import ReviewStatus
from core.review.types import FeedbackFilter
from core.runs.types import Task

FILTER_NAMES = tuple(field.name for field in fields(FeedbackFilter))
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2999, 12, 31)
MAX_TEXT_CHARS = 200

_Choice = TypeVar("_Choice", bound=StrEnum)


def to_query(filter: FeedbackFilter) -> dict[str, str]:
    """The filter as names and texts, limits that are not set left out."""
    values = ((name, getattr(filter, name)) for name in FILTER_NAMES)
    return {name: str(value) for name, value in values if value is not None}


def from_query(query: Mapping[str, str]) -> FeedbackFilter:
    """Read what `to_query` wrote; empty texts count as not set.

    Raises
    ------
    Invalid : an unknown name, or a value that cannot be; `facts["field"]` names it.
    """
    unknown = sorted(set(query) - set(FILTER_NAMES))
    if unknown:
        raise Invalid(
            f"There is no filter “{unknown[0]}”; use: {', '.join(FILTER_NAMES)}.",
            facts={"field": unknown[0], "allowed": list(FILTER_NAMES)},
        )
    given = {name: text.strip() for name, text in query.items() if text.strip()}
    values: dict[str, Any] = {name: _READERS[name](name, text) for name, text in given.items()}
    return checked(FeedbackFilter(**values))


def checked(filter: FeedbackFilter) -> FeedbackFilter:
    """The filter, if its limits are possible and in order. Raises `Invalid` as `from_query`."""
    for name in ("since", "until"):
        day: date | None = getattr(filter, name)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise _invalid(name, f"{day} is too far away; use {FIRST_DAY} to {LAST_DAY}.")
    for name in ("rating_min", "rating_max"):
        rating: int | None = getattr(filter, name)
        if rating is not None and not 1 <= rating <= 5:
            raise _invalid(name, f"{rating} is not a rating; use 1 to 5.")
    for low, high in (("since", "until"), ("rating_min", "rating_max")):
        first, last = getattr(filter, low), getattr(filter, high)
        if first is not None and last is not None and first > last:
            raise _invalid(low, f"{first} is beyond “{high}”, {last}; swap them.")
    for name in ("model", "user", "tag", "text"):
        text: str | None = getattr(filter, name)
        if text is not None:
            _check_text(name, text)
    return filter


def _check_text(name: str, text: str) -> None:
    if not text.strip():
        raise _invalid(name, "it is blank; leave it out instead.")
    if len(text) > MAX_TEXT_CHARS:
        raise _invalid(name, f"it has {len(text)} characters; use at most {MAX_TEXT_CHARS}.")
    checked_characters(name, text)


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _invalid(name, f"“{text}” is not a day; write it as 2026-01-31.") from error


def _rating(name: str, text: str) -> int:
    if text not in {"1", "2", "3", "4", "5"}:
        raise _invalid(name, f"“{text}” is not a rating; use 1 to 5.")
    return int(text)


def _choice(kind: type[_Choice]) -> Callable[[str, str], _Choice]:
    def read(name: str, text: str) -> _Choice:
        if text not in set(kind):
            raise _invalid(name, f"“{text}” is unknown; use one of: {', '.join(kind)}.")
        return kind(text)

    return read


def _text(_name: str, text: str) -> str:
    return text


def _invalid(name: str, why: str) -> Invalid:
    return Invalid(f"Filter “{name}”: {why}", facts={"field": name})


_READERS: Mapping[str, Callable[[str, str], object]] = {
    "since": _day,
    "until": _day,
    "task": _choice(Task),
    "model": _text,
    "user": _text,
    "rating_min": _rating,
    "rating_max": _rating,
    "tag": _text,
    "status": _choice(ReviewStatus),
    "text": _text,
}
