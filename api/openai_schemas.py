"""What OpenAI's clients may send: what is not supported is refused by name, never passed over."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from api.openai_fields import Absent, Content, Off, Only, Prompt, Zero
from api.schemas import Request, Text
from core.generation.types import Message, SamplingParams

_NOT_KEPT = "taken and not kept: it changes nothing in the answer"


class StreamOptionsIn(Request):
    include_usage: bool | None = Field(
        None, description="one more chunk before the end, with the tokens of the whole answer"
    )
    include_obfuscation: Off = None


class OpenAIIn(Request):
    """What both calls take. What is left out has this product's defaults, not OpenAI's."""

    model: Text = Field(description="one of GET /v1/models")
    max_tokens: int | None = Field(None, description="256 where left out")
    temperature: float | None = Field(None, description="0 is greedy; 0.7 where left out")
    top_p: float | None = None
    n: int | None = None
    stop: Text | list[Text] | None = None
    seed: int | None = None
    stream: bool | None = None
    stream_options: StreamOptionsIn | None = None
    top_k: int | None = Field(None, description="beyond OpenAI's own; 0 or -1 switches it off")
    repetition_penalty: float | None = Field(None, description="beyond OpenAI's own")
    user: Text | None = Field(None, description=_NOT_KEPT)

    presence_penalty: Zero = None
    frequency_penalty: Zero = None
    logit_bias: Annotated[object, Only(({},))] = None

    @model_validator(mode="after")
    def _options_with_a_stream(self) -> Self:
        if self.stream_options is not None and not self.stream:
            raise ValueError("“stream_options” go with “stream”: true; give both or neither")
        return self

    @property
    def written(self) -> str | tuple[Message, ...]:
        raise NotImplementedError

    @property
    def most_tokens(self) -> int | None:
        return self.max_tokens

    @property
    def alternatives(self) -> int | None:
        """How many are told with each token; None where not even its own probability is."""
        raise NotImplementedError

    @property
    def sent_as(self) -> Mapping[str, str]:
        """What the service's fields are called here, where that is another name."""
        raise NotImplementedError

    @property
    def include_usage(self) -> bool:
        return self.stream_options is not None and bool(self.stream_options.include_usage)

    @property
    def params(self) -> SamplingParams:
        """The sampling asked for; what was left out keeps its default."""
        names = ("temperature", "top_p", "n", "seed", "repetition_penalty")
        given = self.model_dump(include=set(names), exclude_none=True)
        if self.stop is not None:
            given["stop"] = (self.stop,) if isinstance(self.stop, str) else tuple(self.stop)
        if self.top_k is not None:
            given["top_k"] = 0 if self.top_k == -1 else self.top_k
        if self.most_tokens is not None:
            given["max_new_tokens"] = self.most_tokens
        if self.alternatives is not None:
            # An engine on another server tells a token's own probability only with alternatives.
            given["top_logprobs"] = self.alternatives or 1
        return SamplingParams(**given)


class ChatMessageIn(Request):
    """An answer's message can be sent back as it came."""

    role: Literal["system", "user", "assistant"]
    content: Content
    name: Absent = None
    refusal: Absent = None
    audio: Absent = None
    function_call: Absent = None
    annotations: Annotated[object, Only(([],))] = None
    tool_calls: Annotated[object, Only(([],))] = None


class ChatIn(OpenAIIn):
    messages: list[ChatMessageIn]
    max_completion_tokens: int | None = Field(None, description="the newer name of max_tokens")
    logprobs: bool | None = None
    top_logprobs: int | None = Field(None, description="0 to 5; with “logprobs”: true")
    safety_identifier: Text | None = Field(None, description=_NOT_KEPT)

    response_format: Annotated[object, Only(({"type": "text"},))] = None
    modalities: Annotated[object, Only((["text"],))] = None
    tools: Annotated[object, Only(([],))] = None
    tool_choice: Annotated[object, Only(("none",))] = None
    parallel_tool_calls: Annotated[object, Only((True, False))] = None
    functions: Annotated[object, Only(([],))] = None
    function_call: Annotated[object, Only(("none",))] = None
    service_tier: Annotated[object, Only(("auto", "default"))] = None
    reasoning_effort: Annotated[object, Only(("none",))] = None
    store: Off = None
    audio: Absent = None
    metadata: Absent = None
    moderation: Absent = None
    prediction: Absent = None
    prompt_cache_key: Absent = None
    prompt_cache_options: Absent = None
    prompt_cache_retention: Absent = None
    verbosity: Absent = None
    web_search_options: Absent = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.max_tokens is not None and self.max_completion_tokens is not None:
            raise ValueError("give one of “max_tokens” and “max_completion_tokens”")
        if self.top_logprobs is not None and not self.logprobs:
            raise ValueError("“top_logprobs” go with “logprobs”: true; give both or neither")
        return self

    @property
    def most_tokens(self) -> int | None:
        return self.max_tokens if self.max_completion_tokens is None else self.max_completion_tokens

    @property
    def alternatives(self) -> int | None:
        return (self.top_logprobs or 0) if self.logprobs else None

    @property
    def written(self) -> tuple[Message, ...]:
        return tuple(Message(each.role, each.content) for each in self.messages)

    @property
    def sent_as(self) -> Mapping[str, str]:
        newer = self.max_completion_tokens is not None
        return {"max_new_tokens": "max_completion_tokens" if newer else "max_tokens"}


class CompletionIn(OpenAIIn):
    prompt: Prompt = Field(description="one text; token ids are not taken")
    logprobs: int | None = Field(None, description="0 to 5: alternatives told with each token")

    best_of: Annotated[object, Only((1,))] = None
    echo: Off = None
    suffix: Absent = None

    @property
    def alternatives(self) -> int | None:
        return self.logprobs

    @property
    def written(self) -> str:
        return self.prompt

    @property
    def sent_as(self) -> Mapping[str, str]:
        return {"max_new_tokens": "max_tokens", "top_logprobs": "logprobs"}
