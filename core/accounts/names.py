"""Usernames: compared without regard to case, kept as they were typed."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import count

from core.errors import Invalid

_ALLOWED = re.compile(r"[\w.\-]{2,64}")
_NOT_ALLOWED = re.compile(r"[^\w.\-]+")
_ROOM = 60
"""Characters of a name that leave room for a number after it."""


def tidy(username: str) -> str:
    """One form for what keyboards compose differently, without blanks around it."""
    return unicodedata.normalize("NFKC", username).strip()


def is_valid(username: str) -> bool:
    return _ALLOWED.fullmatch(username) is not None


def checked(username: str) -> str:
    """The tidy name; `Invalid` unless it has 2 to 64 letters, digits, dots, dashes, underlines."""
    name = tidy(username)
    if not is_valid(name):
        raise Invalid(
            "A username has 2 to 64 characters: letters, digits, “.”, “_” and “-”.",
            facts={"min": 2, "max": 64},
        )
    return name


def made_of(wish: str) -> Iterator[str]:
    """Usernames as near to `wish` as is allowed, without end: `ana`, `ana-2`, `ana-3` …"""
    name = _NOT_ALLOWED.sub("-", tidy(wish)).strip("-.")[:_ROOM]
    if not is_valid(name):
        name = "user"
    yield name
    yield from (f"{name}-{number}" for number in count(2))
