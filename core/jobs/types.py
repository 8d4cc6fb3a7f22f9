"""Jobs as data: one task for many pictures or prompts, done while nobody waits for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from core.detection.types import DetectionParams
from core.generation.types import SamplingParams


class JobKind(StrEnum):
    DETECT = "detect"
    GENERATE = "generate"


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    """Nothing is left to do; some of its items may have failed."""
    FAILED = "failed"
    """It could not go on; what is left of it can be tried again."""
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self not in (JobState.QUEUED, JobState.RUNNING)


class ItemState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class JobExportFormat(StrEnum):
    CSV = "csv"
    """A line for each box, or for each text; and one for each item that has neither."""
    JSONL = "jsonl"
    """A line for each item, with all that is known of its run."""
    COCO = "coco"
    """For detections only."""


@dataclass(frozen=True)
class NamedPicture:
    """A picture's file as it came, and what it is called."""

    name: str
    content: bytes


@dataclass(frozen=True)
class ItemPrompt:
    """A prompt, and what of the sampling is its own; None takes what the job says for all."""

    text: str
    name: str = ""
    """Such as “line 7”; empty: its number."""
    seed: int | None = None
    max_new_tokens: int | None = None
    temperature: float | None = None


@dataclass(frozen=True)
class DetectTask:
    """What is asked of every picture of a job. `model` None is the first of `models.toml`."""

    prompt: str
    params: DetectionParams = field(default_factory=DetectionParams)
    model: str | None = None


@dataclass(frozen=True)
class GenerateTask:
    """How every prompt of a job is answered. `model` None is the first of `models.toml`."""

    params: SamplingParams = field(default_factory=SamplingParams)
    model: str | None = None


@dataclass(frozen=True)
class Progress:
    """How many of a job's items are how far. `per_minute` is measured since the job last began,
    None before there is anything to measure; `seconds_left` is what that makes of the rest."""

    total: int
    waiting: int
    done: int
    failed: int
    per_minute: float | None = None
    seconds_left: float | None = None

    @property
    def share(self) -> float:
        """0 to 1."""
        return (self.done + self.failed) / self.total if self.total else 1.0


@dataclass(frozen=True)
class Job:
    id: UUID
    user_id: UUID
    username: str
    kind: JobKind
    name: str
    """What people know it by, such as the name of the archive."""
    state: JobState
    task: DetectTask | GenerateTask
    progress: Progress
    error: str | None
    """Why it could not go on, and what to do."""
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def retryable(self) -> bool:
        """Whether something may be left to try: `retry` says for sure."""
        return self.state.ended and self.progress.waiting + self.progress.failed > 0


@dataclass(frozen=True)
class JobItem:
    """One picture or prompt. `run_id` names its run once it is done; None before."""

    position: int
    name: str
    state: ItemState
    error: str | None
    run_id: UUID | None
    prompt: str | None
    """Of a generation."""
    ended_at: datetime | None


@dataclass(frozen=True)
class JobPage:
    """Newest first; `next` is the cursor of the page after this one, None on the last."""

    jobs: tuple[Job, ...]
    next: str | None


@dataclass(frozen=True)
class ItemPage:
    """In the order given; `next` is the cursor of the page after this one, None on the last."""

    items: tuple[JobItem, ...]
    next: str | None


@dataclass(frozen=True)
class QueueState:
    """`jobs` by state, those that have not ended; `workers` that were seen alive lately."""

    jobs: Mapping[JobState, int]
    workers: int
