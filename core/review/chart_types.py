"""What the charts of the dashboard show: counts, and what is derived from them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from core.review.types import Interval
from core.runs.types import Task


@dataclass(frozen=True)
class ByRating:
    """How many ratings of 1, 2, 3, 4 and 5. Where there are none, what is derived is None."""

    counts: tuple[int, int, int, int, int]

    @cached_property
    def n(self) -> int:
        return sum(self.counts)

    @property
    def positive(self) -> int:
        """Ratings of 4 and 5."""
        return self.counts[3] + self.counts[4]

    @property
    def positive_share(self) -> float | None:
        return self.positive / self.n if self.n else None

    @property
    def mean(self) -> float | None:
        points = sum(rating * count for rating, count in enumerate(self.counts, start=1))
        return points / self.n if self.n else None


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    """From Monday on."""
    MONTH = "month"


@dataclass(frozen=True)
class Bucket:
    """One step of the trend; `first` and `last` are whole days in UTC, both included."""

    first: date
    last: date
    ratings: ByRating


@dataclass(frozen=True)
class Release:
    """The first day on which a further revision of a model was rated."""

    day: date
    task: Task
    model: str
    revision: str


@dataclass(frozen=True)
class Trend:
    """Every step of the period in order, those without ratings among them."""

    unit: Unit
    buckets: tuple[Bucket, ...]
    releases: tuple[Release, ...]


@dataclass(frozen=True)
class ModelFigures:
    """One revision of a model, with intervals at 95 %: Wilson's of the positive share, and the
    mean's."""

    task: Task
    model: str
    revision: str
    ratings: ByRating
    positive_interval: Interval | None
    mean_interval: Interval | None


@dataclass(frozen=True)
class SettingsCell:
    """Ratings of the runs with these settings: temperature and top-p, or box and text
    threshold."""

    x: float
    y: float
    ratings: ByRating


@dataclass(frozen=True)
class SettingsMap:
    task: Task
    cells: tuple[SettingsCell, ...]


@dataclass(frozen=True)
class PhraseFigures:
    """Judged boxes of one phrase, and Wilson's interval of their precision at 95 %."""

    phrase: str
    correct: int
    """Judged right or loose."""
    wrong: int
    """Judged to have the wrong label, or to be no such thing."""
    missed: int
    """Drawn by hand; no part of the precision."""
    interval: Interval | None

    @property
    def n(self) -> int:
        return self.correct + self.wrong

    @property
    def precision(self) -> float | None:
        return self.correct / self.n if self.n else None


@dataclass(frozen=True)
class Phrases:
    """Those with the most judged boxes, and how many there are in all."""

    shown: tuple[PhraseFigures, ...]
    total: int


@dataclass(frozen=True)
class ScoreBin:
    """Judged boxes with a score from `low` on and below `high`; the last one holds 1 as well."""

    low: float
    high: float
    correct: int
    wrong: int


@dataclass(frozen=True)
class TagPair:
    """How many ratings have both tags; a tag with itself counts the ratings that have it."""

    one: str
    other: str
    n: int


@dataclass(frozen=True)
class Tags:
    """The tags used most, first the most used, and every pair of them that occurs."""

    tags: tuple[str, ...]
    pairs: tuple[TagPair, ...]


@dataclass(frozen=True)
class Charts:
    """Of the ratings that match one filter; boxes are those judged under them."""

    trend: Trend
    models: tuple[ModelFigures, ...]
    """The most rated first."""
    settings: tuple[SettingsMap, ...]
    """One for each task that has any."""
    phrases: Phrases
    scores: tuple[ScoreBin, ...]
    """All twentieths from 0 to 1; empty where no box was judged."""
    tags: Tags
