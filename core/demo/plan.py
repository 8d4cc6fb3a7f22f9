"""What a load is made from: the same plan makes the same rows, in whatever batches."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from core.demo import words
from core.demo.calendar import DAYS, HOURS, MIX, TEAM
from core.demo.detections import JUDGEMENTS
from core.demo.people import NUMBER, REVIEWERS
from core.demo.types import Day

BATCH = 25_000
"""About how many runs are made at once."""
_ANCHORS = 48
"""How many runs of a load are rated by a dozen people, with a request and mostly a reference."""
_ANCHOR_EVERY = 200
"""Fewest runs from one of these to the next."""
_EVENT_DAYS = 120
"""Ratings of that many last days have their history."""
_VARIETY = (40, 1000)
"""Fewest and most answers of each revision; runs repeat them."""


@dataclass(frozen=True)
class Plan:
    """`until` is the last day, in UTC."""

    seed: int
    runs: int
    until: date

    @property
    def trace(self) -> str:
        """Stands on every run, so that a load that was broken off can be gone on with."""
        return f"demo {self.seed} {self.runs} {self.until}"

    @staticmethod
    def of(trace: str) -> "Plan":
        _, seed, runs, until = trace.split()
        return Plan(int(seed), int(runs), date.fromisoformat(until))

    @property
    def variety(self) -> int:
        fewest, most = _VARIETY
        return min(most, max(fewest, self.runs // 250))

    @property
    def begin(self) -> datetime:
        return midnight(self.until - timedelta(days=DAYS - 1))

    @property
    def end(self) -> datetime:
        """Nothing happens later."""
        return midnight(self.until + timedelta(days=1))

    def at(self, share: float) -> datetime:
        """When that share of the time has passed, in whole milliseconds."""
        passed = (self.end - self.begin) * share
        return self.begin + timedelta(milliseconds=passed // timedelta(milliseconds=1))

    @cached_property
    def tails(self) -> tuple[str, ...]:
        """The last 17 characters of the ids of its people, by which they are found again."""
        return tuple(_tail(f"demo {self.seed} {place}") for place in range(NUMBER))

    def facts(self) -> dict[str, Any]:
        """What the statements of a batch ask for."""
        return {
            "seed": self.seed,
            "salt": self.seed * 1000,
            "trace": self.trace,
            "variety": self.variety,
            "people": NUMBER,
            "reviewers": REVIEWERS,
            "team": TEAM,
            "mix": MIX,
            "hours": list(HOURS),
            "parts": len(HOURS) - 1,
            "anchors": max(_ANCHOR_EVERY, self.runs // _ANCHORS),
            "tag_sets": words.TAG_SETS,
            "judgements": JUDGEMENTS,
            "now_ms": ms(self.end),
            "events_ms": ms(self.end - timedelta(days=_EVENT_DAYS)),
            "notes": list(words.NOTES),
            "note_count": len(words.NOTES),
            "answers": list(words.ANSWERS),
            "answer_count": len(words.ANSWERS),
        }


def batches(days: Sequence[Day], there: Mapping[date, int]) -> Iterator[tuple[Day, ...]]:
    """Days that follow each other, with some `BATCH` runs together; not those that are `there`."""
    batch: list[Day] = []
    for place, day in enumerate(days):
        batch.append(day)
        runs = sum(one.count for one in batch)
        if runs >= BATCH or place == len(days) - 1:
            if runs and not any(there.get(one.day) for one in batch):
                yield tuple(batch)
            batch = []


def named_id(name: str, at: datetime, tail: str | None = None) -> UUID:
    """A UUIDv7 of that time, always the same for the same name."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    time_ms = f"{ms(at):012x}"
    return UUID(f"{time_ms[:8]}-{time_ms[8:]}-7{digest[-3:]}-{tail or _tail(name)}")


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def ms(at: datetime) -> int:
    """Milliseconds since 1970."""
    return round(at.timestamp() * 1000)


def _tail(name: str) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return f"a{digest[:3]}-{digest[3:15]}"
