"""The one filter, and what the dashboard shows of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from core.feedback.types import Feedback, ReviewStatus
from core.permissions import Role
from core.runs.types import RunStatus, Task


class TagMatch(StrEnum):
    ANY = "any"
    ALL = "all"


class JudgedAs(StrEnum):
    """What a filter asks of a box: a verdict, or one of two that add several up."""

    RIGHT = "right"
    WRONG_LABEL = "wrong_label"
    LOOSE = "loose"
    ABSENT = "absent"
    MISSED = "missed"
    """Drawn by hand, as the model did not find it."""
    CORRECT = "correct"
    """`right` or `loose`: the box names the right thing."""
    INCORRECT = "incorrect"
    """`wrong_label` or `absent`."""


class Sort(StrEnum):
    """What the table shows first; equal ones newest first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    WORST = "worst"
    BEST = "best"
    SLOWEST = "slowest"
    """Runs without a latency come last."""


NOBODY = "nobody"
"""Asks for ratings that are assigned to no one; no user has this name."""


@dataclass(frozen=True)
class FeedbackFilter:
    """Feeds the table, the figures, the charts, the address and the export alike.

    Empty means no limit.
    """

    since: date | None = None
    """`since` and `until` are whole days in UTC, both included."""
    until: date | None = None
    against: date | None = None
    """The first day of the equally long period to compare with; None: the one just before."""
    task: Task | None = None
    model: str | None = None
    """A name, or name@revision."""
    user: str | None = None
    role: Role | None = None
    """Of whoever rated, as it is now."""
    rating_min: int | None = None
    rating_max: int | None = None
    tag: tuple[str, ...] = ()
    tags: TagMatch = TagMatch.ANY
    """Whether any of `tag`, or all, must be there."""
    status: ReviewStatus | None = None
    assignee: str | None = None
    """Who is to look into it, or `NOBODY`."""
    comment: bool | None = None
    correction: bool | None = None
    verdicts: bool | None = None
    """Whether whoever rated also judged boxes, or drew missed ones."""
    phrase: str | None = None
    """The label of a box that was shown or judged, in any case."""
    score_min: float | None = None
    """Of the best box shown, 0 to 1, `score_max` not included unless it is 1; with `verdict`, of
    the judged box."""
    score_max: float | None = None
    verdict: JudgedAs | None = None
    """A box judged so; `phrase` and the scores then speak of that same box."""
    latency_min: int | None = None
    """Milliseconds, both included."""
    latency_max: int | None = None
    stopped: bool | None = None
    """Whether the run was stopped before its end."""
    demo: bool | None = None
    """Demo data only, or real data only."""
    temperature: float | None = None
    """Settings as the map of settings shows them: rounded to .1, the others to .05."""
    top_p: float | None = None
    box_threshold: float | None = None
    text_threshold: float | None = None
    text: str | None = None
    """A word, or words in this order, in comments, prompts and outputs."""


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
    mean_interval: Interval | None
    """Of the mean rating, Student's at 95 %; None where no spread can be told."""


@dataclass(frozen=True)
class Triage:
    """What reviewers say of a rating among themselves."""

    assignee: str | None = None
    note: str = ""
    reviewer: str | None = None
    """Whoever changed any of it last."""


@dataclass(frozen=True)
class Settings:
    """A run's, as the map of settings shows them: rounded; None where its task has none such."""

    temperature: float | None = None
    top_p: float | None = None
    box_threshold: float | None = None
    text_threshold: float | None = None


@dataclass(frozen=True)
class FeedbackRow:
    feedback: Feedback
    username: str
    role: Role
    """Of whoever rated, as it is now."""
    task: Task
    model: str
    revision: str
    prompt: str
    latency_ms: int | None
    run_created_at: datetime
    run_erased_at: datetime | None
    """When its prompt and output were removed; the prompt is empty then."""
    triage: Triage
    settings: Settings
    run_status: RunStatus | None
    corrected: bool
    """Whether whoever rated wrote the text as it should have been."""
    verdicts: Mapping[str, int]
    """How many boxes whoever rated judged so, `missed` among them."""
    top_score: float | None
    """Of the best box shown."""
    rate_ms: int | None
    """From the run's end to the first rating."""
    demo: bool


@dataclass(frozen=True)
class FeedbackPage:
    """In the order asked for. `next_cursor` and `previous_cursor` are opaque; None at the ends."""

    rows: tuple[FeedbackRow, ...]
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True)
class Total:
    """How many ratings match; many are not counted to the end."""

    n: int
    more: bool
    """Whether there are more than `n`."""

    def __str__(self) -> str:
        return f"{self.n:,}+" if self.more else f"{self.n:,}"


@dataclass(frozen=True)
class FilterChoices:
    """What the filter's lists can offer, from the data itself."""

    models: tuple[str, ...]
    users: tuple[str, ...]
    tags: tuple[str, ...]
    phrases: tuple[str, ...] = ()
    """Labels of judged boxes."""
    reviewers: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowDetail:
    row: FeedbackRow
    all_ratings: tuple[tuple[str, Feedback], ...]
    """Every rating of the same run, with who gave it."""
    run_id: UUID
