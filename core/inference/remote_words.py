"""What another server tells of an error, taken from the forms that are common."""

import json
from datetime import UTC
from email.utils import parsedate_to_datetime
from math import ceil

from core.clock import now

_LONGEST_WAIT_S = 3600


def told_in(content: bytes) -> object:
    """What the body of an error holds; None where it cannot be read."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return body.get("error") or body.get("detail") if isinstance(body, dict) else None


def words_of(told: object) -> str:
    """The words in what was told; empty where there are none."""
    if isinstance(told, list) and told:
        told = told[0]
    if isinstance(told, dict):
        told = told.get("message") or told.get("msg")
    return told if isinstance(told, str) else ""


def wait_of(header: str) -> int | None:
    """Seconds from a Retry-After header, which holds seconds or a date (RFC 9110)."""
    if header.isascii() and header.isdecimal():
        seconds = int(header[:9])
    else:
        try:
            date = parsedate_to_datetime(header)
        except ValueError:
            return None
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        seconds = ceil((date - now()).total_seconds())
    return min(max(seconds, 1), _LONGEST_WAIT_S)
