"""Feedback as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

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


@dataclass(frozen=True)
class Rated:
    """`created` is False where an earlier rating of the same run was changed or repeated."""

    feedback: Feedback
    created: bool
