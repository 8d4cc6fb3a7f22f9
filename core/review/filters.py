"""One vocabulary for the filter: the page's address, the API and the export all speak it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from math import isfinite

from core.feedback.checks import MAX_TAGS, checked_characters
from core.feedback.types import ReviewStatus
from core.permissions import Role
from core.queries import Reader, a_day, a_text, invalid, one_of, values_in
from core.review.types import FeedbackFilter, JudgedAs, TagMatch
from core.runs.types import Task

FILTER_NAMES = tuple(field.name for field in fields(FeedbackFilter))
REPEATED = ("tag",)
"""Names that a query may give several times."""
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2999, 12, 31)
MAX_TEXT_CHARS = 200
MAX_LATENCY_MS = 86_400_000

RANGES: Mapping[str, tuple[float, float]] = {
    "rating_min": (1, 5),
    "rating_max": (1, 5),
    "score_min": (0, 1),
    "score_max": (0, 1),
    "latency_min": (0, MAX_LATENCY_MS),
    "latency_max": (0, MAX_LATENCY_MS),
    "temperature": (0, 2),
    "top_p": (0, 1),
    "box_threshold": (0, 1),
    "text_threshold": (0, 1),
}
_IN_ORDER = (
    ("since", "until"),
    ("rating_min", "rating_max"),
    ("score_min", "score_max"),
    ("latency_min", "latency_max"),
)
_DAYS = ("since", "until", "against")
_TEXTS = ("model", "user", "assignee", "phrase", "text")
_UNSET = FeedbackFilter()


def to_query(filter: FeedbackFilter) -> dict[str, str | list[str]]:
    """The filter as names and texts, limits that are not set left out; tags are a list."""
    query: dict[str, str | list[str]] = {}
    for name in FILTER_NAMES:
        value = getattr(filter, name)
        if value != getattr(_UNSET, name):
            query[name] = list(value) if isinstance(value, tuple) else _written(value)
    return query


def from_query(query: Mapping[str, str | Sequence[str]]) -> FeedbackFilter:
    """Read what `to_query` wrote; empty texts count as not set.

    Raises
    ------
    Invalid : an unknown name, or a value that cannot be; `facts["field"]` names it.
    """
    return checked(FeedbackFilter(**values_in(query, _READERS, REPEATED)))


def checked(filter: FeedbackFilter) -> FeedbackFilter:
    """The filter, if its limits are possible and in order. Raises `Invalid` as `from_query`."""
    for name in _DAYS:
        day: date | None = getattr(filter, name)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise invalid(name, f"{day} is too far away; use {FIRST_DAY} to {LAST_DAY}.")
    for name, (low, high) in RANGES.items():
        number: float | None = getattr(filter, name)
        if number is not None and not low <= number <= high:
            raise invalid(name, f"{number:g} is not possible; use {low} to {high}.")
    for low_name, high_name in _IN_ORDER:
        first, last = getattr(filter, low_name), getattr(filter, high_name)
        if first is not None and last is not None and first > last:
            raise invalid(low_name, f"{first} is beyond “{high_name}”, {last}; swap them.")
    if filter.against is not None and (filter.since is None or filter.until is None):
        raise invalid("against", "a comparison needs “since” and “until” as well.")
    for name in _TEXTS:
        text: str | None = getattr(filter, name)
        if text is not None:
            _check_text(name, text)
    if filter.text is not None and not any(map(str.isalnum, filter.text)):
        raise invalid("text", f"“{filter.text}” holds no word; type letters or digits.")
    if len(filter.tag) > MAX_TAGS:
        raise invalid("tag", f"{len(filter.tag)} tags are too many; use at most {MAX_TAGS}.")
    for tag in filter.tag:
        _check_text("tag", tag)
    return filter


def _check_text(name: str, text: str) -> None:
    if not text.strip():
        raise invalid(name, "it is blank; leave it out instead.")
    if len(text) > MAX_TEXT_CHARS:
        raise invalid(name, f"it has {len(text)} characters; use at most {MAX_TEXT_CHARS}.")
    checked_characters(name, text)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        low, high = RANGES[name]
        raise invalid(name, f"“{text}” is not a whole number from {low} to {high}.")
    return int(text)


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        low, high = RANGES[name]
        raise invalid(name, f"“{text}” is not a number from {low} to {high}.")
    return number


def _flag(name: str, text: str) -> bool:
    if text not in {"true", "false"}:
        raise invalid(name, f"“{text}” is unknown; use true or false.")
    return text == "true"


_READERS: Mapping[str, Reader] = {
    "since": a_day,
    "until": a_day,
    "against": a_day,
    "task": one_of(Task),
    "model": a_text,
    "user": a_text,
    "role": one_of(Role),
    "rating_min": _whole,
    "rating_max": _whole,
    "tag": a_text,
    "tags": one_of(TagMatch),
    "status": one_of(ReviewStatus),
    "assignee": a_text,
    "comment": _flag,
    "correction": _flag,
    "verdicts": _flag,
    "phrase": a_text,
    "score_min": _number,
    "score_max": _number,
    "verdict": one_of(JudgedAs),
    "latency_min": _whole,
    "latency_max": _whole,
    "stopped": _flag,
    "demo": _flag,
    "temperature": _number,
    "top_p": _number,
    "box_threshold": _number,
    "text_threshold": _number,
    "text": a_text,
}
