"""Runs as they are answered: what a detection found, what a generation wrote."""

import operator
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from api.answers import Answer, BoxOut
from core.detection.types import DetectionRun
from core.generation.claims.types import ClaimKind
from core.generation.types import FinishReason, GenerationRun, TokenEvent
from core.runs.types import Relation, RunStatus, Task

_is_missing = partial(operator.is_, None)


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


class ClaimOut(Answer):
    span: tuple[int, int] = Field(
        description="where it stands in the lead and the text together: its first character, and "
        "the one after its last"
    )
    kind: ClaimKind
    value: str
    supported: bool
    reason: str


class OutputOut(Answer):
    text: str = Field(description="what this run wrote, its lead not included")
    finish_reason: FinishReason | None
    claims: list[ClaimOut] | None = Field(
        None,
        description="of a report on boxes that has ended: what it says of them, and whether they "
        "support it",
        exclude_if=_is_missing,
    )


class ClaimCountOut(Answer):
    total: int
    supported: int


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
    claims: ClaimCountOut | None = Field(
        None,
        description="of a report on boxes that has ended: the claims of all its outputs",
        exclude_if=_is_missing,
    )

    @classmethod
    def of(cls, run: GenerationRun) -> Self:
        counted = run.claim_count
        return cls(
            run_id=run.id,
            model=run.model,
            revision=run.revision,
            status=run.status,
            outputs=[OutputOut.model_validate(each) for each in run.outputs],
            usage=UsageOut.model_validate(run.usage),
            timings_ms=dict(run.timings_ms),
            claims=None if counted is None else ClaimCountOut.model_validate(counted),
        )


class AlternativeOut(Answer):
    text: str
    logprob: float
    token_id: int | None = None


class TokenOut(Answer):
    """`index` counts within `output`; `logprob` is natural, before temperature; what the engine
    does not tell is left out."""

    output: int
    index: int
    text: str
    token_id: int | None = None
    logprob: float | None = None
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


class TokensOut(Answer):
    tokens: list[TokenOut]

    @classmethod
    def of(cls, events: Sequence[TokenEvent]) -> Self:
        return cls(tokens=[TokenOut.of(event) for event in events])


class DetectionRunOut(DetectOut):
    task: Literal[Task.DETECTION] = Task.DETECTION
    status: RunStatus
    prompt: str
    caption: bool
    box_threshold: float
    text_threshold: float
    phrase_thresholds: dict[str, float] = Field(
        description="phrases whose boxes have a threshold of their own, set from verdicts"
    )
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
            phrase_thresholds=dict(run.phrase_thresholds),
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


class OriginOut(Answer):
    run_id: UUID
    relation: Relation
    output: int | None = Field(description="the output that is written on")
    boxes: list[int] = Field(description="those described, by their place in the detection")


class GenerationRunOut(GenerateOut):
    task: Literal[Task.GENERATION] = Task.GENERATION
    prompt: str
    messages: list[MessageOut]
    params: ParamsOut
    created_at: datetime
    error: str | None
    origin: OriginOut | None = Field(description="the run it came from")
    lead: str = Field(description="what each output begins with, written by earlier runs")
    prompt_version_id: UUID | None = Field(description="of the library's prompt it was made from")
    variables: dict[str, str]
    position: int | None = Field(description="its place in the queue while it waits, from 1 on")

    @classmethod
    def of(cls, run: GenerationRun, position: int = 0) -> Self:
        used = run.used_prompt
        return cls(
            **dict(GenerateOut.of(run)),
            prompt=run.prompt,
            messages=[MessageOut.model_validate(each) for each in run.messages],
            params=ParamsOut.model_validate(run.params),
            created_at=run.created_at,
            error=run.error,
            origin=None if run.origin is None else OriginOut.model_validate(run.origin),
            lead=run.lead.text if run.lead else "",
            prompt_version_id=used.version_id if used else None,
            variables=dict(used.variables) if used else {},
            position=position or None,
        )
