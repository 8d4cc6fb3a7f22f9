"""The one filter, and what the dashboard shows of it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from core.feedback.types import Feedback, ReviewStatus
from core.runs.types import Task


@dataclass(frozen=True)
class FeedbackFilter:
    """Feeds the table, the figures, the address and the export alike. Empty means no limit.

    `since` and `until` are whole days in UTC, both included. `model` is `name` or
    `name@revision`. `text` is searched in comments, prompts and outputs.
    """

    since: date | None = None
    until: date | None = None
    task: Task | None = None
    model: str | None = None
    user: str | None = None
    rating_min: int | None = None
    rating_max: int | None = None
    tag: str | None = None
    status: ReviewStatus | None = None
    text: str | None = None


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True)
class Kpis:
    """Figures of one period. Shares are 0 to 1; None where nothing was counted."""

    runs: int
    rated: int
    rated_runs: int
    positive: int
    """Ratings of 4 and 5."""
    mean_rating: float | None
    raters: int
    untriaged: int
    by_rating: tuple[int, int, int, int, int]
    """How many ratings of 1, 2, 3, 4 and 5."""

    @property
    def coverage(self) -> float | None:
        return self.rated_runs / self.runs if self.runs else None

    @property
    def positive_share(self) -> float | None:
        return self.positive / self.rated if self.rated else None


@dataclass(frozen=True)
class Header:
    """The period's figures beside those of the equally long period before it."""

    current: Kpis
    previous: Kpis | None
    """None where the filter has no start or no end, so no earlier period is defined."""
    positive_interval: Interval | None
    """Wilson score interval at 95 %."""


@dataclass(frozen=True)
class FeedbackRow:
    feedback: Feedback
    username: str
    task: Task
    model: str
    revision: str
    prompt: str
    latency_ms: int | None
    run_created_at: datetime


@dataclass(frozen=True)
class FeedbackPage:
    """Newest first. `next_cursor` and `previous_cursor` are opaque; None at the ends."""

    rows: tuple[FeedbackRow, ...]
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True)
class FilterChoices:
    """What the filter's lists can offer, from the data itself."""

    models: tuple[str, ...]
    users: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class RowDetail:
    row: FeedbackRow
    all_ratings: tuple[tuple[str, Feedback], ...]
    """Every rating of the same run, with who gave it."""
    run_id: UUID
