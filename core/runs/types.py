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


@dataclass(frozen=True)
class RunSummary:
    """One line of a list of runs."""

    id: UUID
    task: Task
    model: str
    prompt: str
    status: RunStatus
    created_at: datetime
    rating: int | None
