"""One vocabulary for the filter of the audit log: page, API and export all speak it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from core.audit.types import Action, AuditFilter, Target
from core.feedback.checks import checked_characters
from core.permissions import Face
from core.queries import Reader, a_day, a_text, invalid, one_of, values_in
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
    return checked(AuditFilter(**values_in(query, _READERS, REPEATED)))


def checked(filter: AuditFilter) -> AuditFilter:
    """The filter, if it can be. Raises `Invalid` as `from_query`."""
    for name in ("since", "until"):
        day: date | None = getattr(filter, name)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise invalid(name, f"{day} is too far away; use {FIRST_DAY} to {LAST_DAY}.")
    if filter.since and filter.until and filter.since > filter.until:
        raise invalid("since", f"{filter.since} is beyond “until”, {filter.until}; swap them.")
    for name in (*PEOPLE, *TEXTS):
        text: str = getattr(filter, name) or ""
        if len(text) > MAX_TEXT_CHARS:
            raise invalid(name, f"it has {len(text)} characters; use at most {MAX_TEXT_CHARS}.")
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


_READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "since": a_day,
        "until": a_day,
        "action": one_of(Action),
        "by": a_text,
        "to": a_text,
        "kind": one_of(Target),
        "id": a_text,
        "face": one_of(Face),
        "address": a_text,
        "trace": a_text,
        "text": a_text,
    }
)
