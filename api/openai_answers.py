"""OpenAI's objects, as its clients read them: whole answers, chunks of a stream, models."""

from typing import Literal, Self

from pydantic import Field

from api.answers import Answer
from core.generation.types import Usage
from core.inference.types import ModelInfo

Finish = Literal["stop", "length"]


class OpenAIModelOut(Answer):
    id: str
    object: Literal["model"] = "model"
    created: int = Field(description="since when this process offers it, in seconds since 1970")
    owned_by: str

    @classmethod
    def of(cls, info: ModelInfo, created: int) -> Self:
        return cls(id=info.id, created=created, owned_by="glimpse")


class OpenAIModelsOut(Answer):
    object: Literal["list"] = "list"
    data: list[OpenAIModelOut]


class OpenAIUsageOut(Answer):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int

    @classmethod
    def of(cls, usage: Usage) -> Self:
        read, written = usage.prompt_tokens, usage.completion_tokens
        return cls(prompt_tokens=read, completion_tokens=written, total_tokens=read + written)


class LikelyOut(Answer):
    token: str
    logprob: float
    bytes: list[int]


class ChatTokenOut(LikelyOut):
    """`token` is the text that it adds to the answer: empty while a character is not complete."""

    top_logprobs: list[LikelyOut]


class ChatLogprobsOut(Answer):
    content: list[ChatTokenOut]
    refusal: None = None


class CompletionLogprobsOut(Answer):
    tokens: list[str]
    token_logprobs: list[float | None]
    top_logprobs: list[dict[str, float]] | None
    text_offset: list[int]


class ChatMessageOut(Answer):
    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class ChatChoiceOut(Answer):
    index: int
    message: ChatMessageOut
    logprobs: ChatLogprobsOut | None
    finish_reason: Finish


class CompletionChoiceOut(Answer):
    index: int
    text: str
    logprobs: CompletionLogprobsOut | None
    finish_reason: Finish


class _Head(Answer):
    id: str = Field(description="`chatcmpl-` or `cmpl-`, then the id of the run")
    created: int
    model: str
    system_fingerprint: str = Field(description="the model's revision")


class ChatCompletionOut(_Head):
    object: Literal["chat.completion"] = "chat.completion"
    choices: list[ChatChoiceOut]
    usage: OpenAIUsageOut


class CompletionOut(_Head):
    object: Literal["text_completion"] = "text_completion"
    choices: list[CompletionChoiceOut]
    usage: OpenAIUsageOut
