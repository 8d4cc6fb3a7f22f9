"""What reviewers do with a rating, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from core.errors import Conflict
from core.feedback.types import ReviewStatus
from core.review.types import FeedbackRow, Total


class Unset(Enum):
    """Stands for what is left as it is, where None means nothing or nobody."""

    UNSET = "unset"


UNSET = Unset.UNSET


@dataclass(frozen=True)
class Changes:
    """What a reviewer says of a rating; whatever is `UNSET` stays."""

    status: ReviewStatus | Unset = UNSET
    fixed_in: str | Unset | None = UNSET
    """The revision it is fixed in; goes with the status `fixed` only."""
    assignee: str | Unset | None = UNSET
    """The name of whoever looks into it, None for nobody."""
    note: str | Unset = UNSET
    """For reviewers only."""
    answer: str | Unset = UNSET
    """For whoever rated to read; "" takes it back."""

    @property
    def given(self) -> dict[str, Any]:
        """What is said, by name."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in said.items() if value is not UNSET}


@dataclass(frozen=True)
class Difference:
    """One field of a rating in two versions.

    `yours` is what was to be written, or for a field that was not to be changed what it was.
    """

    field: str
    theirs: Any
    yours: Any


class ChangedMeanwhile(Conflict):
    """The rating is not as it was when it was looked at; nothing was written.

    Parameters
    ----------
    now : the rating as it is.
    by : who changed it since, each once; may be empty.
    differences : between what is stored and what was to be.
    """

    def __init__(
        self,
        message: str,
        now: FeedbackRow,
        by: tuple[str, ...],
        differences: tuple[Difference, ...],
    ) -> None:
        super().__init__(
            message,
            facts={
                "feedback_id": str(now.feedback.id),
                "updated_at": now.feedback.updated_at.isoformat(),
                "by": list(by),
                "differences": [
                    {"field": each.field, "theirs": each.theirs, "yours": each.yours}
                    for each in differences
                ],
            },
        )
        self.now, self.by, self.differences = now, by, differences


@dataclass(frozen=True)
class Claimed:
    """A rating that is the actor's to look into. `taken`: it was nobody's before.

    `left` : how many of the filter are new still, this one included.
    """

    row: FeedbackRow
    taken: bool
    left: Total


@dataclass(frozen=True)
class Before:
    """A rating as it was before a change, and when that was made."""

    changed_at: datetime
    values: Mapping[str, Any]


@dataclass(frozen=True)
class BulkResult:
    """What came of changing many at once.

    `conflicts` were changed by somebody else since they were looked at, `gone` were withdrawn;
    both are as they were. `undo` takes back what was changed.
    """

    changed: int
    conflicts: int
    gone: int
    undo: Mapping[UUID, Before]
