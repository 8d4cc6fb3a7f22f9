"""Raters as data: whom a reviewer asked to rate what, and how those who rate differ."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.permissions import Role
from core.raters.agreement import Agreement
from core.review.types import Interval
from core.runs.types import Task


@dataclass(frozen=True)
class AskedRun:
    """A run that somebody is asked to rate, as they see it: not why, nor what others say of it."""

    run_id: UUID
    task: Task
    prompt: str
    asked_at: datetime
    rating: int | None
    """Their own; None as long as it waits."""


@dataclass(frozen=True)
class RatingRequest:
    """For reviewers only. `reference` is the rating held to be right; with it this is an anchor."""

    run_id: UUID
    user_id: UUID
    username: str
    asked_by: str
    asked_at: datetime
    task: Task
    prompt: str
    reference: int | None
    rating: int | None
    feedback_id: UUID | None
    """Of the rating, once it is given."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who can be asked to rate a run; `rating` where they have."""

    user_id: UUID
    username: str
    role: Role
    asked: bool
    rating: int | None


@dataclass(frozen=True)
class Severity:
    """How much lower somebody rates than the average rater does, on the same runs.

    In stars; above 0 is stricter, below 0 milder. `interval` at 95 %; None where nothing is left
    to estimate it from. `runs` were rated by others too. Only people of the same `group` can be
    compared: they are linked by runs rated in common.
    """

    value: float
    interval: Interval | None
    runs: int
    group: int


@dataclass(frozen=True)
class RaterFigures:
    """One person's ratings under a filter. Shares are 0 to 1."""

    username: str
    role: Role
    ratings: int
    mean: float
    commented: float
    """The share of ratings with a comment."""
    rate_ms: float | None
    """The median time from a run's end to its first rating, good to 1 %."""
    severity: Severity | None
    """None where nobody else rated a run that they rated."""
    pairs: int
    """Of a rating of theirs and another's of the same run."""
    far: int
    """Pairs that differ by two stars or more."""
    anchors: int
    """Ratings of runs that have a reference for them."""
    anchor_deviation: float | None
    """The mean of rating less reference, in stars."""

    @property
    def disagreement(self) -> float | None:
        return self.far / self.pairs if self.pairs else None


@dataclass(frozen=True)
class RatersReport:
    """Raters by name; `agreement` is under the filter, `overall` without any."""

    raters: tuple[RaterFigures, ...]
    agreement: Agreement
    overall: Agreement
