"""Plugins as they are answered, and boxes as they leave them."""

from typing import Self
from uuid import UUID

from pydantic import Field

from api.answers import Answer, BoxOut
from core.plugins.types import Group, Listed, Processed, Takes


class PluginOut(Answer):
    name: str
    group: Group
    package: str = Field(description="where it comes from, with its version")
    title: str
    takes: list[Takes] = Field(description="what an exporter makes files of")
    usable: bool
    why: str = Field(description="what keeps it from being used; empty where nothing does")

    @classmethod
    def of(cls, plugin: Listed) -> Self:
        return cls.model_validate(plugin)


class PluginsOut(Answer):
    plugins: list[PluginOut]


class ProcessedBoxOut(Answer):
    index: int | None = Field(
        description="the box's place among the run's own; null where it was changed or made anew"
    )
    label: str
    score: float
    box: BoxOut


class ProcessedOut(Answer):
    """A view of a run's boxes; what is recorded stays as it is."""

    run_id: UUID
    postprocess: list[str] = Field(description="what the boxes went through, in this order")
    before: int = Field(description="how many boxes the run found")
    detections: list[ProcessedBoxOut]

    @classmethod
    def of(cls, made: Processed) -> Self:
        return cls(
            run_id=made.run.id,
            postprocess=list(made.by),
            before=len(made.run.detections),
            detections=[
                ProcessedBoxOut(
                    index=place,
                    label=each.label,
                    score=each.score,
                    box=BoxOut.model_validate(each.box),
                )
                for place, each in zip(made.places, made.detections, strict=True)
            ],
        )
