"""What is answered: the types that leave `core`, as they cross the wire."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from core.feedback.types import FailedStep, Rated, ReviewStatus, Verdict
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


class AbilitiesOut(Answer):
    """What a generator can do; a request that needs what it cannot is refused by name."""

    seed: bool
    top_k: bool
    repetition_penalty: bool
    logprobs: bool = Field(description="log-probabilities and alternatives of each token")
    leads: bool = Field(description="can write on from an earlier answer")
    batched: bool = Field(description="writes for many at once")
    note: str | None = None


class ModelOut(Answer):
    id: str
    kind: Literal["detector", "generator"]
    source: str
    revision: str
    device: str
    available: bool = Field(description="false only where it cannot be used; `reason` says why")
    state: ModelState
    reason: str | None = None
    abilities: AbilitiesOut | None = Field(None, description="of a generator, once they are known")

    @classmethod
    def of(cls, info: ModelInfo) -> Self:
        return cls(
            id=info.id,
            kind="detector" if info.task is Task.DETECTION else "generator",
            source=info.source,
            revision=info.revision,
            device=info.device,
            available=info.state.usable,
            state=info.state,
            reason=info.reason,
            abilities=AbilitiesOut.model_validate(info.abilities) if info.abilities else None,
        )


class ModelsOut(Answer):
    models: list[ModelOut]


class BoxOut(Answer):
    xmin: float
    ymin: float
    xmax: float
    ymax: float


class VerdictOut(Answer):
    index: int
    verdict: Verdict


class MissedOut(Answer):
    id: UUID
    label: str
    box: BoxOut


class FeedbackOut(Answer):
    id: UUID
    run_id: UUID
    rating: int
    tags: list[str]
    comment: str
    boxes: list[VerdictOut]
    missed: list[MissedOut]
    failed_step: FailedStep | None
    corrected_text: str | None
    review_status: ReviewStatus
    fixed_in: str | None = Field(description="the revision it is fixed in")
    answer: str = Field(description="a reviewer's; empty where there is none")
    answered_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, rated: Rated) -> Self:
        feedback, judgement = rated.feedback, rated.judgement
        return cls(
            id=feedback.id,
            run_id=feedback.run_id,
            rating=feedback.rating,
            tags=list(feedback.tags),
            comment=feedback.comment,
            boxes=[VerdictOut.model_validate(each) for each in judgement.verdicts],
            missed=[MissedOut.model_validate(each) for each in judgement.missed],
            failed_step=feedback.failed_step,
            corrected_text=feedback.corrected_text,
            review_status=feedback.review_status,
            fixed_in=feedback.fixed_in,
            answer=feedback.answer,
            answered_at=feedback.answered_at,
            created_at=feedback.created_at,
            updated_at=feedback.updated_at,
        )
