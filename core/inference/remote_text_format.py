"""OpenAI's format for streamed text: what each chunk of an answer says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from pydantic import BaseModel, ConfigDict, Field

from core.generation.types import Alternative


class _Read(BaseModel):
    """The client lets anything through, so every field is checked here."""

    model_config = ConfigDict(from_attributes=True, strict=True)


class _Likely(_Read):
    token: str
    logprob: float


class _Token(_Likely):
    top_logprobs: list[_Likely] | None = None


class _ChatTokens(_Read):
    content: list[_Token] | None = None


class _PlainTokens(_Read):
    tokens: list[str] | None = None
    token_logprobs: list[float | None] | None = None
    top_logprobs: list[dict[str, float] | None] | None = None


class _Delta(_Read):
    content: str | None = None


class _ChatChoice(_Read):
    delta: _Delta
    logprobs: _ChatTokens | None = None
    finish_reason: str | None = None


class _PlainChoice(_Read):
    text: str | None = None
    logprobs: _PlainTokens | None = None
    finish_reason: str | None = None


class Counts(_Read):
    """Tokens, as the server counts them."""

    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)


class _ChatChunk(_Read):
    choices: list[_ChatChoice]
    usage: Counts | None = None


class _PlainChunk(_Read):
    choices: list[_PlainChoice]
    usage: Counts | None = None


@dataclass(frozen=True)
class Written:
    """One token where the server tells its tokens, otherwise a piece of text."""

    text: str
    logprob: float | None = None
    top: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class Chunk:
    """`finish` is the server's word for why the text ended, None while it goes on."""

    written: tuple[Written, ...] = ()
    finish: str | None = None
    counts: Counts | None = None


def read_chat(chunk: object, most: int) -> Chunk:
    """A chunk of `/chat/completions`, with at most `most` alternatives for each token.

    Raises
    ------
    ValueError : it is not in the format.
    """
    read = _ChatChunk.model_validate(chunk)
    if not read.choices:
        return Chunk(counts=read.usage)
    choice = read.choices[0]
    tokens = (choice.logprobs.content if choice.logprobs else None) or []
    told = [
        Written(
            token.token,
            _finite(token.logprob),
            _likeliest({one.token: one.logprob for one in token.top_logprobs or ()}, most),
        )
        for token in tokens
    ]
    return Chunk(_fitted(choice.delta.content or "", told), choice.finish_reason, read.usage)


def read_plain(chunk: object, most: int) -> Chunk:
    """A chunk of `/completions`; otherwise as `read_chat`."""
    read = _PlainChunk.model_validate(chunk)
    if not read.choices:
        return Chunk(counts=read.usage)
    choice = read.choices[0]
    told = [] if choice.logprobs is None else _told(choice.logprobs, most)
    return Chunk(_fitted(choice.text or "", told), choice.finish_reason, read.usage)


def _told(tokens: _PlainTokens, most: int) -> list[Written]:
    texts = tokens.tokens or []
    logprobs = tokens.token_logprobs or [None] * len(texts)
    tops = tokens.top_logprobs or [None] * len(texts)
    return [
        Written(text, _finite(logprob), _likeliest(top or {}, most))
        for text, logprob, top in zip(texts, logprobs, tops, strict=True)
    ]


def _fitted(text: str, told: Sequence[Written]) -> tuple[Written, ...]:
    """The tokens with the text that each adds.

    Where a character is split over tokens their names do not add up to the text; the last token
    then gets all of it.
    """
    if not told:
        return (Written(text),) if text else ()
    if "".join(one.text for one in told) == text:
        return tuple(told)
    texts = [""] * (len(told) - 1) + [text]
    return tuple(replace(one, text=own) for one, own in zip(told, texts, strict=True))


def _likeliest(top: Mapping[str, float], most: int) -> tuple[Alternative, ...]:
    """Best first; a server may add the chosen token to as many as were asked for."""
    finite = [(text, logprob) for text, logprob in top.items() if isfinite(logprob)]
    best = sorted(finite, key=lambda one: -one[1])[:most]
    return tuple(Alternative(whole_characters(text), logprob) for text, logprob in best)


def _finite(logprob: float | None) -> float | None:
    return logprob if logprob is not None and isfinite(logprob) else None


def whole_characters(text: str) -> str:
    """`text` with surrogate pairs joined, and without halves and NUL, which no face can show."""
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return joined.replace("\0", "")
