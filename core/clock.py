"""The one clock: every time is UTC and carries its zone."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
