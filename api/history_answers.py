"""One's own history as it is answered: runs as a list, and two of them compared."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from api.answers import Answer
from api.run_answers import DetectionOut, DetectionRunOut
from core.runs.comparison import Comparison
from core.runs.types import HistoryPage, Relation, Relatives, RunLink, RunStatus, RunSummary, Task


class RunSummaryOut(Answer):
    """A line of a list: what was asked, not what came of it; that is at the run's own address."""

    run_id: UUID
    task: Task
    model: str
    revision: str
    prompt: str
    status: RunStatus
    created_at: datetime
    rating: int | None = Field(description="your own, 1 to 5")
    cached: bool = Field(description="whether it was answered from an equal earlier run")
    image_sha256: str | None = Field(description="of the picture's file; for detections only")
    box_threshold: float | None = Field(description="of a finished detection")
    boxes: int | None = Field(
        description="how many boxes of a finished detection reach its thresholds"
    )
    relation: Relation | None = Field(description="what it is to the run it came from")
    answer: str | None = Field(description="a reviewer's, to your own rating")
    erased_at: datetime | None = Field(
        description="when what was asked and answered was removed; the prompt is empty then"
    )

    @classmethod
    def of(cls, run: RunSummary) -> Self:
        return cls(run_id=run.id, **{k: v for k, v in vars(run).items() if k != "id"})


class RunsOut(Answer):
    runs: list[RunSummaryOut]
    next: str | None = Field(description="the `cursor` of the page after this; null on the last")

    @classmethod
    def of(cls, page: HistoryPage) -> Self:
        return cls(runs=[RunSummaryOut.of(run) for run in page.runs], next=page.next)


class RunLinkOut(Answer):
    run_id: UUID
    relation: Relation = Field(description="what the later of the two runs is to the earlier")
    task: Task
    status: RunStatus
    created_at: datetime

    @classmethod
    def of(cls, link: RunLink) -> Self:
        return cls(run_id=link.id, **{k: v for k, v in vars(link).items() if k != "id"})


class RelativesOut(Answer):
    """The run that a run came from, and the newest of those that came from it, newest first."""

    parent: RunLinkOut | None
    children: list[RunLinkOut]

    @classmethod
    def of(cls, found: Relatives) -> Self:
        return cls(
            parent=None if found.parent is None else RunLinkOut.of(found.parent),
            children=[RunLinkOut.of(child) for child in found.children],
        )


class BoxPairOut(Answer):
    """The same object in both runs."""

    a: DetectionOut
    b: DetectionOut
    iou: float


class ComparisonOut(Answer):
    """Two detections on one picture, with the boxes that reach the thresholds of each."""

    a: DetectionRunOut
    b: DetectionRunOut
    pairs: list[BoxPairOut]
    only_a: list[DetectionOut]
    only_b: list[DetectionOut]

    @classmethod
    def of(cls, found: Comparison) -> Self:
        return cls(
            a=DetectionRunOut.of(found.a),
            b=DetectionRunOut.of(found.b),
            pairs=[BoxPairOut.model_validate(each) for each in found.pairs],
            only_a=[DetectionOut.model_validate(each) for each in found.only_a],
            only_b=[DetectionOut.model_validate(each) for each in found.only_b],
        )
