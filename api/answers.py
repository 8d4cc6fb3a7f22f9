"""What is answered: the types that leave `core`, as they cross the wire."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from core.feedback.types import Feedback, ReviewStatus
from core.inference.types import ModelInfo, ModelState
from core.runs.types import Task


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class ErrorDetail(Answer):
    code: str
    message: str
    request_id: str


class ErrorOut(Answer):
    error: ErrorDetail


class ModelOut(Answer):
    id: str
    kind: Literal["detector", "generator"]
    source: str
    revision: str
    device: str
    available: bool = Field(description="false only where it cannot be used; `reason` says why")
    state: ModelState
    reason: str | None = None

    @classmethod
    def of(cls, info: ModelInfo) -> Self:
        return cls(
            id=info.id,
            kind="detector" if info.task is Task.DETECTION else "generator",
            source=info.source,
            revision=info.revision,
            device=info.device,
            available=info.state is not ModelState.UNAVAILABLE,
            state=info.state,
            reason=info.reason,
        )


class ModelsOut(Answer):
    models: list[ModelOut]


class FeedbackOut(Answer):
    id: UUID
    run_id: UUID
    rating: int
    tags: list[str]
    comment: str
    review_status: ReviewStatus
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, feedback: Feedback) -> Self:
        return cls.model_validate(feedback)
