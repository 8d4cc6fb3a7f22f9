"""Generation as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from core.generation.claims.types import Claim
from core.permissions import Face
from core.runs.types import Relation, RunStatus


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
    """A token that might have come; an engine that tells no ids leaves `token_id` None."""

    text: str
    logprob: float
    token_id: int | None = None


@dataclass(frozen=True)
class TokenEvent:
    """One token. `text` may be empty while a character is split over tokens.

    `index` counts from 0 within its `output`; `logprob` is natural, before temperature. `entropy`,
    in nats, is that of the whole distribution the token was drawn from, before temperature too.
    What an engine does not tell is None.
    """

    output: int
    index: int
    text: str
    token_id: int | None
    logprob: float | None
    top: tuple[Alternative, ...] = ()
    entropy: float | None = None


@dataclass(frozen=True)
class Lead:
    """What an answer begins with: written by an earlier run, only read by this one.

    `token_ids` are exactly those the earlier run drew; empty where its engine told none, and the
    text is encoded instead. `text` is what was told of them so far: the engine tells what they say
    beyond that with the first token of the new text.
    """

    text: str
    token_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Origin:
    """Where a run came from: which run, and what it is to that.

    `output` is the one written on; `boxes` are those described, by their place in the detection.
    """

    run_id: UUID
    relation: Relation
    output: int | None = None
    boxes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Described:
    """What a report is about: boxes of a detection, by their place in it."""

    detection_id: UUID
    boxes: tuple[int, ...]


@dataclass(frozen=True)
class UsedPrompt:
    """The version of a prompt of the library that a prompt was made from, and its variables."""

    version_id: UUID
    variables: Mapping[str, str]


@dataclass(frozen=True)
class Output:
    """`text` is what this run wrote, a lead not included.

    `claims` are those of lead and text together about the boxes described; None where there was
    nothing to hold them against.
    """

    text: str
    finish_reason: FinishReason | None
    """None while it is still being written."""
    claims: tuple[Claim, ...] | None = None


@dataclass(frozen=True)
class Usage:
    """Tokens; where not `exact`, the pieces an engine sent that told no counts, and no prompt."""

    prompt_tokens: int
    completion_tokens: int
    exact: bool = True


@dataclass(frozen=True)
class ClaimCount:
    """How many claims a run's texts make, and how many of them the boxes support."""

    total: int
    supported: int


@dataclass(frozen=True)
class Writing:
    """A run that is being written or waits: for the `position`-th free place, 0 once it has one."""

    run_id: UUID
    user_id: UUID
    model: str
    face: Face
    began_at: datetime
    tokens: int
    most_tokens: int
    position: int


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
    origin: Origin | None = None
    lead: Lead | None = None
    used_prompt: UsedPrompt | None = None
    described: Described | None = None
    """Also of what came from a report and has its prompt."""
    erased_at: datetime | None = None

    @property
    def claim_count(self) -> ClaimCount | None:
        """None where the texts were not checked."""
        if any(output.claims is None for output in self.outputs):
            return None
        claims = [claim for output in self.outputs for claim in output.claims or ()]
        return ClaimCount(len(claims), sum(claim.supported for claim in claims))

    def whole_text(self, output: int = 0) -> str:
        """An output as people read it: what it began with, then what this run wrote."""
        return (self.lead.text if self.lead else "") + self.outputs[output].text
