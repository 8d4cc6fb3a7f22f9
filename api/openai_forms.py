"""A run in OpenAI's two forms, whole and as the chunks of a stream."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.openai_answers import (
    ChatChoiceOut,
    ChatCompletionOut,
    ChatLogprobsOut,
    ChatMessageOut,
    ChatTokenOut,
    CompletionChoiceOut,
    CompletionLogprobsOut,
    CompletionOut,
    Finish,
    LikelyOut,
    OpenAIUsageOut,
)
from core.generation.types import Alternative, FinishReason, GenerationRun, TokenEvent

_FINISHES: Mapping[FinishReason | None, Finish] = {
    FinishReason.STOP: "stop",
    FinishReason.LENGTH: "length",
}


class Form(ABC):
    """Of one run, for one reader; `alternatives` as the request says them."""

    prefix: str
    chunk: str

    def __init__(self, run: GenerationRun, alternatives: int | None, include_usage: bool) -> None:
        self._alternatives = alternatives
        self._usage = {"usage": None} if include_usage else {}
        self._head = {
            "id": f"{self.prefix}-{run.id}",
            "created": int(run.created_at.timestamp()),
            "model": run.model,
            "system_fingerprint": run.revision,
        }

    @abstractmethod
    def whole(self, run: GenerationRun, told: Sequence[TokenEvent]) -> Any:
        """The answer to who did not ask for a stream; `run` has ended by itself."""

    @abstractmethod
    def told(self, event: TokenEvent) -> Iterator[Mapping[str, Any]]:
        """The chunks that tell a token, if there is anything to tell."""

    @abstractmethod
    def _last(self, output: int, finish: Finish) -> Iterator[Mapping[str, Any]]:
        """The chunks that end an output."""

    def ended(self, run: GenerationRun) -> Iterator[Mapping[str, Any]]:
        """The chunks after all tokens."""
        for number, output in enumerate(run.outputs):
            yield from self._last(number, _FINISHES[output.finish_reason])
        if self._usage:
            usage = OpenAIUsageOut.of(run.usage).model_dump()
            yield {**self._head, "object": self.chunk, "choices": [], "usage": usage}

    def _chunk(self, output: int, finish: Finish | None = None, **told: Any) -> Mapping[str, Any]:
        choice = {"index": output, "logprobs": None, **told, "finish_reason": finish}
        return {**self._head, "object": self.chunk, "choices": [choice], **self._usage}


class ChatForm(Form):
    prefix, chunk = "chatcmpl", "chat.completion.chunk"

    def __init__(self, run: GenerationRun, alternatives: int | None, include_usage: bool) -> None:
        super().__init__(run, alternatives, include_usage)
        self._begun: set[int] = set()

    def whole(self, run: GenerationRun, told: Sequence[TokenEvent]) -> ChatCompletionOut:
        choices = [
            ChatChoiceOut(
                index=number,
                message=ChatMessageOut(content=output.text),
                logprobs=self._logprobs([each for each in told if each.output == number]),
                finish_reason=_FINISHES[output.finish_reason],
            )
            for number, output in enumerate(run.outputs)
        ]
        usage = OpenAIUsageOut.of(run.usage)
        return ChatCompletionOut.model_validate({**self._head, "choices": choices, "usage": usage})

    def told(self, event: TokenEvent) -> Iterator[Mapping[str, Any]]:
        yield from self._role(event.output)
        logprobs = self._logprobs([event])
        if event.text or logprobs:
            told = logprobs.model_dump() if logprobs else None
            yield self._chunk(event.output, delta={"content": event.text}, logprobs=told)

    def _last(self, output: int, finish: Finish) -> Iterator[Mapping[str, Any]]:
        yield from self._role(output)
        yield self._chunk(output, finish, delta={})

    def _role(self, output: int) -> Iterator[Mapping[str, Any]]:
        if output not in self._begun:
            self._begun.add(output)
            yield self._chunk(output, delta={"role": "assistant", "content": "", "refusal": None})

    def _logprobs(self, told: Sequence[TokenEvent]) -> ChatLogprobsOut | None:
        """Of the tokens whose probability the engine told."""
        if self._alternatives is None:
            return None
        return ChatLogprobsOut(
            content=[
                _token(event.text, event.logprob, event.top[: self._alternatives])
                for event in told
                if event.logprob is not None
            ]
        )


class CompletionForm(Form):
    prefix, chunk = "cmpl", "text_completion"

    def __init__(self, run: GenerationRun, alternatives: int | None, include_usage: bool) -> None:
        super().__init__(run, alternatives, include_usage)
        self._written: Counter[int] = Counter()
        """Characters told of each output."""

    def whole(self, run: GenerationRun, told: Sequence[TokenEvent]) -> CompletionOut:
        choices = [
            CompletionChoiceOut(
                index=number,
                text=output.text,
                logprobs=self._logprobs([each for each in told if each.output == number]),
                finish_reason=_FINISHES[output.finish_reason],
            )
            for number, output in enumerate(run.outputs)
        ]
        usage = OpenAIUsageOut.of(run.usage)
        return CompletionOut.model_validate({**self._head, "choices": choices, "usage": usage})

    def told(self, event: TokenEvent) -> Iterator[Mapping[str, Any]]:
        logprobs = self._logprobs([event])
        if event.text or logprobs:
            told = logprobs.model_dump() if logprobs else None
            yield self._chunk(event.output, text=event.text, logprobs=told)

    def _last(self, output: int, finish: Finish) -> Iterator[Mapping[str, Any]]:
        yield self._chunk(output, finish, text="")

    def _logprobs(self, told: Sequence[TokenEvent]) -> CompletionLogprobsOut | None:
        """As the old format has it; of two alternatives that read alike the likelier is told."""
        if self._alternatives is None:
            return None
        offsets = []
        for event in told:
            offsets.append(self._written[event.output])
            self._written[event.output] += len(event.text)
        top = [
            {each.text: each.logprob for each in reversed(event.top[: self._alternatives])}
            for event in told
        ]
        return CompletionLogprobsOut(
            tokens=[event.text for event in told],
            token_logprobs=[event.logprob for event in told],
            top_logprobs=top if self._alternatives else None,
            text_offset=offsets,
        )


def _token(text: str, logprob: float, top: Sequence[Alternative]) -> ChatTokenOut:
    likely = [LikelyOut(token=it.text, logprob=it.logprob, bytes=_bytes(it.text)) for it in top]
    return ChatTokenOut(token=text, logprob=logprob, bytes=_bytes(text), top_logprobs=likely)


def _bytes(text: str) -> list[int]:
    return list(text.encode())
