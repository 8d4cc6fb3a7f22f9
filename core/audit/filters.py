"""One vocabulary for the filter of the audit log: page, API and export all speak it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from core.audit.types import Action, AuditFilter, Target
from core.errors import Invalid
from core.feedback.checks import checked_characters
from core.permissions import Face
from core.review.filters import FIRST_DAY, LAST_DAY, MAX_TEXT_CHARS

FILTER_NAMES = tuple(field.name for field in fields(AuditFilter))
REPEATED = ("action",)
"""Names that a query may give several times."""
PEOPLE = ("by", "to")
"""Names of people."""
TEXTS = ("id", "address", "trace", "text")
"""What anything may be typed into."""


def to_query(filter: AuditFilter) -> dict[str, str | list[str]]:
    """The filter as names and texts; what is not set is left out, actions are a list."""
    said = ((name, getattr(filter, name)) for name in FILTER_NAMES)
    return {
        name: [str(each) for each in value] if isinstance(value, tuple) else str(value)
        for name, value in said
        if value not in (None, ())
    }


def from_query(query: Mapping[str, str | Sequence[str]]) -> AuditFilter:
    """Read what `to_query` wrote; empty texts count as not set.

    Raises
    ------
    Invalid : an unknown name, or a value that cannot be; `facts["field"]` names it.
    """
    values: dict[str, Any] = {}
    for name, said in query.items():
        if name not in FILTER_NAMES:
            raise Invalid(
                f"There is no filter “{name[:40]}”; use: {', '.join(FILTER_NAMES)}.",
                facts={"field": name, "allowed": list(FILTER_NAMES)},
            )
        texts = [text.strip() for text in ([said] if isinstance(said, str) else said)]
        given = [_READERS[name](name, text) for text in texts if text]
        if name in REPEATED:
            values[name] = tuple(dict.fromkeys(given))
        elif len(given) > 1:
            raise _invalid(name, "it is given twice; give it once.")
        elif given:
            values[name] = given[0]
    return checked(AuditFilter(**values))


def checked(filter: AuditFilter) -> AuditFilter:
    """The filter, if it can be. Raises `Invalid` as `from_query`."""
    for name in ("since", "until"):
        day: date | None = getattr(filter, name)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise _invalid(name, f"{day} is too far away; use {FIRST_DAY} to {LAST_DAY}.")
    if filter.since and filter.until and filter.since > filter.until:
        raise _invalid("since", f"{filter.since} is beyond “until”, {filter.until}; swap them.")
    for name in (*PEOPLE, *TEXTS):
        text: str = getattr(filter, name) or ""
        if len(text) > MAX_TEXT_CHARS:
            raise _invalid(name, f"it has {len(text)} characters; use at most {MAX_TEXT_CHARS}.")
        checked_characters(name, text)
    return filter


def criteria_of(filter: AuditFilter) -> dict[str, Any]:
    """The filter as the repository takes it, but for `text`, which the database makes people of."""
    asked = {name: getattr(filter, name) for name in FILTER_NAMES}
    if filter.since is not None:
        asked["since"] = datetime.combine(filter.since, time.min, UTC)
    if filter.until is not None:
        asked["until"] = datetime.combine(filter.until + timedelta(days=1), time.min, UTC)
    return {
        name: value for name, value in asked.items() if name != "text" and value not in (None, ())
    }


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _invalid(name, f"“{text[:20]}” is not a day; write it as 2026-01-31.") from error


def _choice(kind: type[StrEnum]) -> Callable[[str, str], StrEnum]:
    def read(name: str, text: str) -> StrEnum:
        if text not in set(kind):
            raise _invalid(name, f"“{text[:40]}” is unknown; use one of: {', '.join(kind)}.")
        return kind(text)

    return read


def _text(_name: str, text: str) -> str:
    return text


def _invalid(name: str, why: str) -> Invalid:
    return Invalid(f"Filter “{name}”: {why}", facts={"field": name})


_READERS: Mapping[str, Callable[[str, str], object]] = MappingProxyType(
    {
        "since": _day,
        "until": _day,
        "action": _choice(Action),
        "kind": _choice(Target),
        "face": _choice(Face),
        **dict.fromkeys((*PEOPLE, *TEXTS), _text),
    }
)
