"""What may be sent: unknown fields and numbers in the guise of text are refused.

Ranges are the services' to check.
"""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from core.detection.types import Box
from core.feedback.types import BoxVerdict, FailedStep, MissedObject, Verdict
from core.generation.types import Message, Origin, SamplingParams, UsedPrompt
from core.generation.usage import Period, last_days
from core.runs.types import HistoryFilter, Relation, RunStatus, Task


def _is_text(value: str) -> str:
    """Refuse halves of surrogate pairs: JSON can write them, nothing can store or send them."""
    if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("holds characters that are no text")
    return value


Text = Annotated[str, AfterValidator(_is_text)]


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class DetectIn(Request):
    image: bytes | None = None
    prompt: Text
    model: Text | None = None
    box_threshold: float | None = None
    text_threshold: float | None = None
    caption: bool | None = None


class MessageIn(Request):
    role: Literal["system", "user", "assistant"]
    content: Text


Id = Annotated[UUID, Field(strict=False)]


class SamplingIn(Request):
    max_new_tokens: int | None = None
    temperature: float | None = Field(None, description="0 is greedy")
    top_k: int | None = None
    top_p: float | None = None
    repetition_penalty: float | None = None
    seed: int | None = None
    stop: Text | list[Text] | None = None
    n: int | None = None
    top_logprobs: int | None = None

    @property
    def params(self) -> SamplingParams:
        """The sampling asked for; what was left out keeps its default."""
        given = self.model_dump(include=set(SamplingIn.model_fields), exclude_none=True)
        if "stop" in given:
            given["stop"] = (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())
        return SamplingParams(**given)


class GenerateIn(SamplingIn):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "prompt": "Findings: 3 red circle; 1 blue star. Report:",
                    "max_new_tokens": 64,
                    "temperature": 0.7,
                    "seed": 7,
                    "stream": False,
                }
            ]
        }
    )
    prompt: Text | None = None
    messages: list[MessageIn] | None = None
    prompt_version: Annotated[UUID, Field(strict=False)] | None = Field(
        None, description="a version of a prompt of the library, to be written with `variables`"
    )
    variables: dict[Text, Text] | None = None
    model: Text | None = None
    stream: bool = False
    edited_from: Id | None = Field(
        None, description="a generation of yours that this is a changed version of"
    )

    @model_validator(mode="after")
    def _one_input(self) -> Self:
        if [self.prompt, self.messages, self.prompt_version].count(None) != 2:
            raise ValueError("give exactly one of “prompt”, “messages” and “prompt_version”")
        if self.variables is not None and self.prompt_version is None:
            raise ValueError("“variables” go with a “prompt_version”; give both or neither")
        return self

    @property
    def written(self) -> str | tuple[Message, ...]:
        if self.messages is None:
            return self.prompt or ""
        return tuple(Message(each.role, each.content) for each in self.messages)

    @property
    def used_prompt(self) -> UsedPrompt | None:
        if self.prompt_version is None:
            return None
        return UsedPrompt(self.prompt_version, self.variables or {})

    @property
    def origin(self) -> Origin | None:
        return Origin(self.edited_from, Relation.EDITED) if self.edited_from else None


class ContinueIn(Request):
    output: int = 0
    max_new_tokens: int | None = Field(None, description="as many as before where left out")


class BranchIn(Request):
    output: int = 0
    index: int = Field(description="of the token to replace, within its output, from 0 on")
    token_id: int = Field(description="the token drawn there or one of its alternatives")


class SignalIn(Request):
    kind: Literal["copied", "downloaded"]
    what: Annotated[Text, Field(max_length=40)] = Field(
        "", description="which text, or as which kind of file"
    )


class BoxIn(Request):
    xmin: float
    ymin: float
    xmax: float
    ymax: float

    @property
    def box(self) -> Box:
        return Box(self.xmin, self.ymin, self.xmax, self.ymax)


class VerdictIn(Request):
    index: int
    verdict: Annotated[Verdict, Field(strict=False)]


class MissedIn(Request):
    label: Text
    box: BoxIn


class FeedbackIn(Request):
    run_id: Id
    rating: int = Field(description="1 to 5")
    tags: list[Text] = []
    comment: Text = ""
    boxes: list[VerdictIn] | None = Field(
        None,
        description="verdicts right, wrong_label, loose or absent on a detection's boxes, in "
        "place of those given before; left out, these stay",
    )
    missed: list[MissedIn] | None = Field(
        None, description="what should have been found, in place of what was drawn before"
    )

    failed_step: Annotated[FailedStep | None, Field(strict=False)] = Field(
        None,
        description="of a report on boxes rated 1 or 2: whether the boxes were wrong already, or "
        "only the text",
    )
    corrected_text: Text | None = Field(
        None,
        description="of a generation: one of its outputs as it should have been; left out, blank "
        "or equal to an output, nothing is corrected",
    )

    @property
    def judged(self) -> list[BoxVerdict] | None:
        if self.boxes is None:
            return None
        return [BoxVerdict(each.index, each.verdict) for each in self.boxes]

    @property
    def drawn(self) -> list[MissedObject] | None:
        if self.missed is None:
            return None
        return [MissedObject(each.label, each.box.box) for each in self.missed]


def _moment(value: object) -> datetime:
    """A time in ISO 8601 only: numbers would be read as seconds since 1970."""
    try:
        return datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError("this is no time; write it as 2026-01-31T12:00:00Z") from error


Moment = Annotated[datetime, BeforeValidator(_moment)]


class Query(Request):
    """All of it comes as text, and what is empty counts as left out."""

    model_config = ConfigDict(strict=False)

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, sent: dict[str, object]) -> dict[str, object]:
        return {name: value for name, value in sent.items() if value != ""}


class RunsIn(Query):
    text: Text = Field("", description="part of the prompt, in any case")
    task: Task | None = None
    model: Text | None = None
    status: RunStatus | None = None
    rated: bool | None = Field(None, description="whether you rated it")
    since: Moment | None = Field(None, description="a time with its zone; this one included")
    until: Moment | None = Field(None, description="a time with its zone; this one not included")
    image_sha256: str | None = Field(None, description="detections on this picture, in hex")
    cursor: str | None = Field(None, description="the `next` of the page before")
    limit: int = Field(50, description="runs on a page, 1 to 200")

    @property
    def wanted(self) -> HistoryFilter:
        return HistoryFilter(**self.model_dump(exclude={"cursor", "limit"}))


def _day(value: object) -> date:
    """A day in ISO 8601 only: numbers would be read as seconds since 1970."""
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError("this is no day; write it as 2026-01-31") from error


Day = Annotated[date, BeforeValidator(_day)]


class UsageIn(Query):
    since: Day | None = Field(None, description="first day (UTC); left out: 30 days with today")
    until: Day | None = Field(None, description="last day (UTC), this one included; or today")
    user: Text | None = Field(None, description="that person's; for administrators")
    everyone: bool = Field(False, description="everybody's, by person; for administrators")

    @property
    def period(self) -> Period:
        recent = last_days()
        return Period(self.since or recent.since, self.until or recent.until)


class TicketIn(Request):
    ticket: Text


class PasswordIn(Request):
    current: Text
    new: Text = Field(description="12 to 1,000 characters, none of the common passwords")
