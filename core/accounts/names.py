"""Usernames: compared without regard to case, kept as they were typed."""

import re
import unicodedata

from core.errors import Invalid

_ALLOWED = re.compile(r"[\w.\-]{2,64}")


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
