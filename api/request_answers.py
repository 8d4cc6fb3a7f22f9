"""Requests for ratings as they are answered."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.answers import Answer
from core.runs.types import Task


class AskedRunOut(Answer):
    run_id: UUID
    task: Task
    prompt: str = Field(description="its first 300 characters")
    asked_at: datetime


class RatingRequestOut(Answer):
    run_id: UUID
    username: str
    asked_by: str
    asked_at: datetime
    reference: int | None
    rating: int | None = Field(description="what was said, once it is")
