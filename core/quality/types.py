"""Detection quality as data: what verdicts say of a phrase's boxes, and which cut they advise."""

from dataclasses import dataclass
from datetime import datetime

from core.review.types import Interval

LEAST_VERDICTS = 30
"""Of one phrase; with fewer no cut is advised."""
LEAST_KEPT = 10
"""Boxes at or above a cut; with fewer its precision says nothing."""
WANTED_PRECISION = 0.9
MOST_VERDICTS = 20_000
"""Of one phrase; of more the newest ratings count."""


@dataclass(frozen=True)
class CutInterval:
    """At 95 %. `high` is None where in more of the resamples than that no cut is good enough."""

    low: float
    high: float | None


@dataclass(frozen=True)
class CurvePoint:
    """The boxes scored `cut` or better: their precision, and which share of all judged they are."""

    cut: float
    precision: float
    interval: Interval
    kept: float
    boxes: int


@dataclass(frozen=True)
class Cut:
    """The lowest cut from which on the boxes have the wanted precision.

    `boxes` are at or above it, `right` of them right or loose. `kept` is the share of all boxes
    judged, `right_kept` that of all right ones. `interval` is of the cut, `precision_interval` of
    the precision at it.
    """

    cut: float
    interval: CutInterval
    precision: float
    precision_interval: Interval
    boxes: int
    right: int
    kept: float
    right_kept: float


@dataclass(frozen=True)
class Advice:
    """What the verdicts on one phrase's boxes advise.

    `advised` is None where there are fewer than `LEAST_VERDICTS`, or no cut is good enough.
    `current` is the cut in force: the phrase's own, else the model's default; None where the model
    is not on offer. `missed` objects were drawn by hand, and count for no precision.
    """

    model: str
    phrase: str
    wanted: float
    verdicts: int
    right: int
    missed: int
    ratings: int
    demo: int
    """Verdicts that are made up."""
    below_current: int
    """Verdicts on boxes under the cut in force, which are shown only to who asks for them."""
    advised: Cut | None
    current: float | None
    current_precision: float | None
    curve: tuple[CurvePoint, ...]
    """By cut, the lowest first."""

    @property
    def enough(self) -> bool:
        return self.verdicts >= LEAST_VERDICTS

    @property
    def recall_at_most(self) -> float | None:
        """The share that the advised cut finds of the right boxes judged and the objects missed.

        At most, as nobody draws all that was missed.
        """
        there = self.right + self.missed
        return self.advised.right / there if self.advised and there else None


@dataclass(frozen=True)
class PhraseQuality:
    """One phrase of one model: verdicts by kind, and the cut that they advise, without interval.

    `precision` is of all boxes judged; `interval` Wilson's at 95 %.
    """

    model: str
    phrase: str
    right: int
    loose: int
    wrong_label: int
    absent: int
    missed: int
    precision: float | None
    interval: Interval | None
    advised: float | None
    current: float | None
    own: bool
    """Whether `current` is the phrase's own."""

    @property
    def judged(self) -> int:
        return self.right + self.loose + self.wrong_label + self.absent


@dataclass(frozen=True)
class PhraseDefault:
    """The score from which boxes of a phrase are shown by default, and where it comes from."""

    model: str
    phrase: str
    threshold: float
    precision: float
    """The one that was wanted."""
    verdicts: int
    set_by: str
    set_at: datetime
