"""What is said of limits."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.limits.types import Quota, Span
from core.limits.words import QuotaReached, duration, refusal
from core.runs.types import Task

EVENING = datetime(2026, 11, 30, 20, 47, 30, 500_000, tzinfo=UTC)


def reached(span: Span, at: datetime = EVENING) -> QuotaReached:
    error = refusal(Task.GENERATION, span, Quota(10, 20_000), used=20_000, asked=1, at=at)
    assert isinstance(error, QuotaReached)
    return error


def test_a_day_is_told_with_its_end_and_how_long_that_is() -> None:
    error = reached(Span.DAY)
    assert error.message == (
        "You have used today's 20,000 tokens. It works again at 00:00 UTC (in 3 h 13 min)."
    )
    assert error.retry_after == 3 * 3600 + 12 * 60 + 30
    assert error.facts["works_again_at"] == "2026-12-01T00:00:00+00:00"


def test_a_minute_is_told_in_seconds() -> None:
    error = reached(Span.MINUTE)
    assert error.message.endswith(
        "this minute's 10 requests. It works again at 20:48 UTC (in 30 s)."
    )
    assert error.retry_after == 30


def test_pages_tell_the_time_where_their_reader_is() -> None:
    there = ZoneInfo("Asia/Kolkata")
    told = reached(Span.DAY).message_in(there)
    assert told.endswith("It works again at 05:30 (in 3 h 13 min).")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "1 s"), (59, "59 s"), (60, "1 min"), (3541, "1 h 0 min"), (86_400, "24 h 0 min")],
)
def test_durations(seconds: int, said: str) -> None:
    assert duration(seconds) == said
