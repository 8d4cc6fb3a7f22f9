"""Feedback as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from core.detection.types import Box
from core.runs.types import Task


class ReviewStatus(StrEnum):
    NEW = "new"
    TRIAGED = "triaged"
    FIXED = "fixed"
    WONT_FIX = "wont_fix"


SUGGESTED_TAGS: Mapping[Task, tuple[str, ...]] = MappingProxyType(
    {
        Task.DETECTION: ("missed object", "wrong label", "loose box", "false alarm", "duplicate"),
        Task.GENERATION: ("untrue", "off topic", "repetitive", "too long", "too short", "style"),
    }
)


class FailedStep(StrEnum):
    """Where a bad report on boxes went wrong."""

    BOXES = "boxes"
    """The detection was wrong already."""
    TEXT = "text"
    """The boxes were right, and the report was not."""


BAD_RATING = 2
"""The best rating of which it can be said which step failed."""


@dataclass(frozen=True)
class Feedback:
    id: UUID
    run_id: UUID
    user_id: UUID
    rating: int
    tags: tuple[str, ...]
    comment: str
    review_status: ReviewStatus
    created_at: datetime
    updated_at: datetime
    failed_step: FailedStep | None = None
    corrected_text: str | None = None
    """What the model should have written; of a generation only."""
    fixed_in: str | None = None
    """The revision that it is fixed in, where its status is `fixed`."""
    answer: str = ""
    """A reviewer's, to whoever rated."""
    answered_at: datetime | None = None


@dataclass(frozen=True)
class OwnComment:
    """One's own rating, and what reviewers say to it."""

    feedback_id: UUID
    run_id: UUID
    task: Task
    prompt: str
    rating: int
    comment: str
    review_status: ReviewStatus
    fixed_in: str | None
    answer: str
    """Empty where there is none yet."""
    answered_at: datetime | None
    created_at: datetime


class Verdict(StrEnum):
    """A judgement of one box."""

    RIGHT = "right"
    WRONG_LABEL = "wrong_label"
    LOOSE = "loose"
    ABSENT = "absent"


@dataclass(frozen=True)
class BoxVerdict:
    """`index` is the box's place in the run's `raw`."""

    index: int
    verdict: Verdict


@dataclass(frozen=True)
class MissedObject:
    """What the model should have found: a label, and a box in pixels of the upright original."""

    label: str
    box: Box
    id: UUID | None = None
    """None for one that is not stored yet."""


@dataclass(frozen=True)
class Judgement:
    """One person's verdicts on the boxes of a run, by place, and what was missed, oldest first."""

    run_id: UUID
    user_id: UUID
    verdicts: tuple[BoxVerdict, ...] = ()
    missed: tuple[MissedObject, ...] = ()


@dataclass(frozen=True)
class Said:
    """All that one person says of a run at once, in place of what they said before.

    `boxes` and `missed` are None where the person's verdicts stay as they are. `key` is the
    idempotency key.
    """

    run_id: UUID
    rating: int
    tags: Sequence[str] = ()
    comment: str = ""
    corrected_text: str | None = None
    failed_step: str | None = None
    boxes: Sequence[BoxVerdict] | None = None
    missed: Sequence[MissedObject] | None = None
    key: str | None = None


@dataclass(frozen=True)
class Waiting:
    """What `username` said at the time `at`, on this server's disk and not in the database yet.

    `refusal` says why it cannot get there as things are; None while it only waits.
    """

    id: UUID
    username: str
    said: Said
    at: datetime
    refusal: str | None = None


@dataclass(frozen=True)
class Outstanding:
    """Ratings on this server's disk: those that wait, since `oldest_at`, and those refused."""

    waiting: int
    refused: int
    oldest_at: datetime | None


class Action(StrEnum):
    """What can happen to a rating."""

    RATED = "rated"
    """Given, or given again after it was withdrawn."""
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"
    REVIEWED = "reviewed"
    """A reviewer changed its status, who looks into it, the note or the answer."""


@dataclass(frozen=True)
class Happening:
    """One change of a rating. `before` and `after` hold only the fields that changed.

    `after` is empty where the rating was withdrawn, `before` where it was given.
    """

    action: Action
    at: datetime
    actor: str | None
    """Who did it; None where whoever asks may not know."""
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True)
class Rated:
    """`created` is False where an earlier rating of the same run was changed or repeated.

    `judgement` is what the same person says of the run's boxes, empty for a generation.
    """

    feedback: Feedback
    created: bool
    judgement: Judgement


@dataclass(frozen=True)
class PhrasePrecision:
    """Verdicts on the boxes of one phrase by one model. `missed` were drawn for that phrase."""

    model: str
    phrase: str
    right: int
    wrong_label: int
    loose: int
    absent: int
    missed: int

    @property
    def judged(self) -> int:
        return self.right + self.wrong_label + self.loose + self.absent

    @property
    def precision(self) -> float | None:
        """Share of judged boxes that are right, 0 to 1; a loose box names the right thing."""
        return (self.right + self.loose) / self.judged if self.judged else None
