"""What every run has, whatever its task."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Task(StrEnum):
    DETECTION = "detection"
    GENERATION = "generation"


class RunStatus(StrEnum):
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class Relation(StrEnum):
    """What a run is to the one it came from."""

    AGAIN = "again"
    """The same prompt and settings, a new seed."""
    EDITED = "edited"
    """The prompt or the settings were changed, and sent again."""
    CONTINUED = "continued"
    """Writes on where the other ended."""
    BRANCHED = "branched"
    """Writes on from the middle of the other, with another token there."""
    DESCRIBED = "described"
    """Reports on boxes of a detection."""


@dataclass(frozen=True)
class RunSummary:
    """One line of a list of runs. `image_sha256` in hex, for detections only.

    `boxes` is how many a finished detection found: those that reach its `box_threshold`, or the
    threshold of their phrase, and its text threshold where that is higher. Both are None for all
    other runs.
    """

    id: UUID
    task: Task
    model: str
    revision: str
    prompt: str
    status: RunStatus
    created_at: datetime
    rating: int | None
    cached: bool = False
    image_sha256: str | None = None
    box_threshold: float | None = None
    boxes: int | None = None
    relation: Relation | None = None
    """Where it came from another run."""
    answer: str | None = None
    """A reviewer's, to one's own rating."""
    erased_at: datetime | None = None
    """When its content was removed; its prompt is empty then."""


@dataclass(frozen=True)
class RunLink:
    """A run beside another one; `relation` is what the later of the two is to the earlier."""

    id: UUID
    relation: Relation
    task: Task
    created_at: datetime
    status: RunStatus


@dataclass(frozen=True)
class Relatives:
    """The run that a run came from, and the newest of those that came from it, newest first."""

    parent: RunLink | None
    children: tuple[RunLink, ...]


@dataclass(frozen=True)
class HistoryFilter:
    """Which of one's own runs to list; None and empty mean any.

    `text` is looked for in the prompt, in any case. `since` is included, `until` is not.
    `image_sha256` in hex: detections on that picture.
    """

    text: str = ""
    task: Task | None = None
    model: str | None = None
    status: RunStatus | None = None
    rated: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    image_sha256: str | None = None


@dataclass(frozen=True)
class HistoryPage:
    """Runs newest first; `next` is the cursor of the page after this one, None on the last."""

    runs: tuple[RunSummary, ...]
    next: str | None
