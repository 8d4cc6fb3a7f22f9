"""Generation as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from core.runs.types import RunStatus


class FinishReason(StrEnum):
    STOP = "stop"
    """The model ended the text, or a stop string was met."""
    LENGTH = "length"
    CANCELLED = "cancelled"
    TIMEOUT = "timeout"
    ERROR = "error"


@dataclass(frozen=True)
class Message:
    role: str
    content: str


@dataclass(frozen=True)
class SamplingParams:
    """How tokens are drawn. `temperature` 0 is greedy; `top_k` 0 and `top_p` 1 switch a cut off."""

    max_new_tokens: int = 256
    temperature: float = 0.7
    top_k: int = 0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    n: int = 1
    top_logprobs: int = 0


@dataclass(frozen=True)
class Alternative:
    text: str
    logprob: float


@dataclass(frozen=True)
class TokenEvent:
    """One token. `text` may be empty while a character is split over tokens.

    `index` counts from 0 within its `output`; `logprob` is natural, before temperature.
    """

    output: int
    index: int
    text: str
    token_id: int
    logprob: float
    top: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class Output:
    text: str
    finish_reason: FinishReason | None
    """None while it is still being written."""


@dataclass(frozen=True)
class Usage:
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True)
class GenerationRun:
    """A run as it stands: complete, or as far as it has come."""

    id: UUID
    user_id: UUID
    model: str
    revision: str
    prompt: str
    messages: tuple[Message, ...]
    """Empty where a plain prompt was given."""
    params: SamplingParams
    status: RunStatus
    outputs: tuple[Output, ...]
    usage: Usage
    timings_ms: Mapping[str, float]
    """`queue`, `first_token` and `total`, each from submit."""
    created_at: datetime
    error: str | None = None
