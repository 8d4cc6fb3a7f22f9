"""What jobs may be asked with, and what may be asked of them."""

from typing import Literal

from pydantic import Field

from api.schemas import Query, Request, SamplingIn, Text
from core.detection.types import DetectionParams
from core.jobs.types import DetectTask, GenerateTask, ItemState, JobKind, JobState


class DetectFields(Request):
    """What is asked of every picture."""

    prompt: Text
    model: Text | None = None
    box_threshold: float | None = None
    text_threshold: float | None = None
    caption: bool | None = None
    name: Text = Field("", description="what to call the job; else as the file is called")
    kind: Literal["detect"] = "detect"

    @property
    def task(self) -> DetectTask:
        params = DetectionParams(self.box_threshold, self.text_threshold, bool(self.caption))
        return DetectTask(self.prompt, params, self.model)


class GenerateFields(SamplingIn):
    """How every prompt is answered."""

    model: Text | None = None
    name: Text = Field("", description="what to call the job; else as the file is called")
    kind: Literal["generate"] = "generate"

    @property
    def task(self) -> GenerateTask:
        return GenerateTask(self.params, self.model)


class PictureIn(Request):
    name: Text
    image: Text = Field(description="the file in base64")


class PromptIn(Request):
    prompt: Text
    name: Text = ""
    seed: int | None = None
    max_new_tokens: int | None = None
    temperature: float | None = None


class DetectJobIn(DetectFields):
    kind: Literal["detect"] = Field()
    images: list[PictureIn]


class GenerateJobIn(GenerateFields):
    kind: Literal["generate"] = Field()
    prompts: list[Text | PromptIn]


class JobsIn(Query):
    state: JobState | None = None
    kind: JobKind | None = None
    everybodys: bool = Field(False, description="not only your own; for administrators")
    cursor: str | None = Field(None, description="the `next` of the page before")
    limit: int = Field(50, description="jobs on a page, 1 to 200")


class ItemsIn(Query):
    state: ItemState | None = None
    cursor: str | None = Field(None, description="the `next` of the page before")
    limit: int = Field(100, description="items on a page, 1 to 200")
