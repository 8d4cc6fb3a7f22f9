"""Raters as data: whom a reviewer asked to rate what, and how those who rate differ."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.permissions import Role
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
