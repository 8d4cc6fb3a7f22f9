"""What is said where a limit is reached: how much it was, and when it works again."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from math import ceil
from types import MappingProxyType

from core.errors import GlimpseError, Invalid, LimitReached, NotAllowed
from core.limits.types import Quota, Span, end_of
from core.runs.types import Task

UNITS: Mapping[Task, str] = MappingProxyType({Task.DETECTION: "picture", Task.GENERATION: "token"})
"""What a day's limit of each task counts, one of it."""
_LOOK_AGAIN_S = 5
"""Nobody knows when a text will have ended."""


class QuotaReached(LimitReached):
    """A minute's or a day's share is used up. `again_at` is when the next begins."""

    def __init__(self, what: str, again_at: datetime, at: datetime) -> None:
        self._what = what
        self._again_at = again_at
        self._at = at
        super().__init__(
            self.message_in(UTC),
            facts={"works_again_at": again_at.isoformat()},
            retry_after=ceil((again_at - at).total_seconds()),
        )

    def message_in(self, zone: tzinfo) -> str:
        """The message with the time of day as it is in `zone`; only UTC is named."""
        moment = f"{self._again_at.astimezone(zone):%H:%M}{' UTC' if zone is UTC else ''}"
        wait = duration(ceil((self._again_at - self._at).total_seconds()))
        return f"{self._what} It works again at {moment} (in {wait})."


def refusal(
    task: Task, span: Span, quota: Quota, *, used: int, asked: int, at: datetime
) -> GlimpseError:
    """The error that says why `asked` more cannot be had.

    It is no `LimitReached` where waiting does not help: `NotAllowed` where nothing of this may be
    used, `Invalid` where it is more than may ever be had at once.
    """
    most = quota.of(span) or 0
    if most == 0:
        return NotAllowed(
            f"You may not use {task} at present: your limit is 0. An administrator can change it.",
            facts={"task": task, "span": span, "limit": 0},
        )
    if span is Span.STREAMS:
        return LimitReached(
            f"{counted(most, 'text')} {'is' if most == 1 else 'are'} being written for you, and "
            "no more may be at the same time. Wait for the end, or stop one.",
            facts={"task": task, "span": span, "limit": most},
            retry_after=_LOOK_AGAIN_S,
        )
    unit = UNITS[task] if span is Span.DAY else "request"
    if asked > most:
        return Invalid(
            f"This may take {counted(asked, unit)}, and you may have {most:,} a {span}. "
            "Ask for less at once.",
            facts={"task": task, "span": span, "limit": most, "asked": asked},
        )
    share = f"{'today' if span is Span.DAY else 'this minute'}'s {counted(most, unit)}"
    left = most - used
    if left > 0:
        what = f"You have {left:,} left of {share}, and this may take {asked:,}. Ask for less."
    else:
        what = f"You have used {share}."
    return QuotaReached(what, end_of(span, at), at)


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def duration(seconds: int) -> str:
    """As in “3 h 12 min”; seconds are told of the last minute only."""
    if seconds < 60:
        return f"{seconds} s"
    minutes = ceil(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
