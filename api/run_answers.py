"""Runs as they are answered: what a detection found, what a generation wrote."""

import operator
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from api.answers import Answer, BoxOut
from core.detection.types import DetectionRun
from core.generation.types import FinishReason, GenerationRun, TokenEvent
from core.runs.types import RunStatus, Task


class PhraseScoreOut(Answer):
    label: str
    score: float


class DetectionOut(Answer):
    label: str
    score: float
    box: BoxOut
    others: list[PhraseScoreOut] = Field(
        [],
        description="further phrases that answer for the same box; left out where there are none",
        exclude_if=operator.not_,
    )
    piece: str | None = Field(
        None,
        description="the part of the label that was found, where it was only a part",
        exclude_if=operator.not_,
    )
    span: tuple[int, int] | None = Field(
        None,
        description="where the label stands in the caption: its first character, and the one "
        "after its last; for captions only",
        exclude_if=operator.not_,
    )


class ImageOut(Answer):
    width: int
    height: int
    sha256: str


class DetectOut(Answer):
    """Boxes in pixels of the upright original picture, best first."""

    run_id: UUID
    model: str
    revision: str
    cached: bool
    image: ImageOut
    detections: list[DetectionOut]
    timings_ms: dict[str, float]

    @classmethod
    def of(cls, run: DetectionRun) -> Self:
        return cls(
            run_id=run.id,
            model=run.model,
            revision=run.revision,
            cached=run.cached,
            image=ImageOut.model_validate(run.image),
            detections=[DetectionOut.model_validate(each) for each in run.detections],
            timings_ms=dict(run.timings_ms),
        )


class OutputOut(Answer):
    text: str
    finish_reason: FinishReason | None


class UsageOut(Answer):
    prompt_tokens: int
    completion_tokens: int
    exact: bool = Field(
        description="false where another server told no counts: then of the pieces it sent"
    )


class GenerateOut(Answer):
    run_id: UUID
    model: str
    revision: str
    status: RunStatus
    outputs: list[OutputOut]
    usage: UsageOut
    timings_ms: dict[str, float]

    @classmethod
    def of(cls, run: GenerationRun) -> Self:
        return cls(
            run_id=run.id,
            model=run.model,
            revision=run.revision,
            status=run.status,
            outputs=[OutputOut.model_validate(each) for each in run.outputs],
            usage=UsageOut.model_validate(run.usage),
            timings_ms=dict(run.timings_ms),
        )


class AlternativeOut(Answer):
    text: str
    logprob: float
    token_id: int | None


class TokenOut(Answer):
    """`index` counts within `output`; `logprob` is natural, before temperature; what the engine
    does not tell is left out."""

    output: int
    index: int
    text: str
    token_id: int | None
    logprob: float | None
    top: list[AlternativeOut] | None = None
    entropy: float | None = None

    @classmethod
    def of(cls, event: TokenEvent) -> Self:
        return cls(
            output=event.output,
            index=event.index,
            text=event.text,
            token_id=event.token_id,
            logprob=event.logprob,
            top=[AlternativeOut.model_validate(each) for each in event.top] or None,
            entropy=event.entropy,
        )


class DetectionRunOut(DetectOut):
    task: Literal[Task.DETECTION] = Task.DETECTION
    status: RunStatus
    prompt: str
    caption: bool
    box_threshold: float
    text_threshold: float
    created_at: datetime

    @classmethod
    def of(cls, run: DetectionRun) -> Self:
        return cls(
            **dict(DetectOut.of(run)),
            status=run.status,
            prompt=run.prompt,
            caption=run.caption,
            box_threshold=run.box_threshold,
            text_threshold=run.text_threshold,
            created_at=run.created_at,
        )


class ParamsOut(Answer):
    max_new_tokens: int
    temperature: float
    top_k: int
    top_p: float
    repetition_penalty: float
    seed: int | None
    stop: list[str]
    n: int
    top_logprobs: int


class MessageOut(Answer):
    role: str
    content: str


class GenerationRunOut(GenerateOut):
    task: Literal[Task.GENERATION] = Task.GENERATION
    prompt: str
    messages: list[MessageOut]
    params: ParamsOut
    created_at: datetime
    error: str | None

    @classmethod
    def of(cls, run: GenerationRun) -> Self:
        return cls(
            **dict(GenerateOut.of(run)),
            prompt=run.prompt,
            messages=[MessageOut.model_validate(each) for each in run.messages],
            params=ParamsOut.model_validate(run.params),
            created_at=run.created_at,
            error=run.error,
        )
