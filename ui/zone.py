"""What time it is where the reader is."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def zone() -> tzinfo:
    """The browser's time zone; UTC where it names none that is known here."""
    name = st.context.timezone
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def time_of_day(moment: datetime) -> str:
    """As in “01:00”, on the reader's clock; UTC is named."""
    there = zone()
    return f"{moment.astimezone(there):%H:%M}{' UTC' if there is UTC else ''}"


def day_and_time(moment: datetime) -> str:
    """As in “2026-11-30 01:00”, on the reader's clock; UTC is named."""
    there = zone()
    return f"{moment.astimezone(there):%Y-%m-%d %H:%M}{' UTC' if there is UTC else ''}"
