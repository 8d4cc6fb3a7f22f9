"""What the engines promise to the services, free of torch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from PIL.Image import Image

from core.detection.types import Detection
from core.generation.types import FinishReason, Lead, Message, SamplingParams, TokenEvent
from core.runs.types import Task


class Support(StrEnum):
    """What only some remote text engines do."""

    CHAT = "chat"
    """Has a chat template: its pages send messages."""
    SEED = "seed"
    TOP_K = "top_k"
    REPETITION_PENALTY = "repetition_penalty"
    LOGPROBS = "logprobs"


@dataclass(frozen=True)
class ModelEntry:
    """One line of `models.toml`, with its source resolved against that file's folder."""

    id: str
    task: Task
    source: str
    revision: str | None = None
    dtype: str = "auto"
    box_threshold: float = 0.35
    text_threshold: float = 0.25
    api_key_env: str | None = None
    """The environment variable that holds a remote engine's key."""
    model: str | None = None
    """The name a remote text engine knows the model by, where it is not the id."""
    supports: frozenset[Support] = frozenset()
    """What a remote text engine is said to do beyond what all of them do."""


class ModelState(StrEnum):
    WAITING = "waiting"
    LOADING = "loading"
    READY = "ready"
    UNAVAILABLE = "unavailable"
    UNLOADING = "unloading"
    """Takes nothing new, and ends what it has begun."""
    UNLOADED = "unloaded"
    """On purpose, until somebody loads it again."""

    @property
    def usable(self) -> bool:
        """Whether a request is worth sending; one that waits is loaded by the first."""
        return self in (ModelState.WAITING, ModelState.LOADING, ModelState.READY)


@dataclass(frozen=True)
class TextAbilities:
    """What a text engine can do; what it cannot is refused and shown as not available.

    `batched`: writes for many at once; otherwise one after the other, and `note` says why.
    `leads`: can write on from given tokens.
    """

    seed: bool = True
    top_k: bool = True
    repetition_penalty: bool = True
    logprobs: bool = True
    """Log-probabilities, alternatives and, where the engine is ours, entropy of each token."""
    leads: bool = True
    batched: bool = True
    note: str | None = None


@dataclass(frozen=True)
class ModelInfo:
    """What people see of a model. `revision` is the Hub commit or the hash of the weights."""

    id: str
    task: Task
    source: str
    revision: str
    device: str
    state: ModelState
    reason: str | None
    parameters: int | None
    box_threshold: float
    text_threshold: float
    bundled: bool
    context_tokens: int | None = None
    chat_template: bool = False
    abilities: TextAbilities | None = None
    """Of a text model, once it is known."""
    grounds_captions: bool = False
    dtype: str | None = None
    """The precision of the weights, such as `float16`; of a loaded model, as `memory_bytes` is."""
    memory_bytes: int | None = None
    """What the weights take, where the model runs."""
    purpose: str | None = None
    """What a bundled model is for, and in `on_captions` how well it reads them, by its card."""
    on_captions: str | None = None


@dataclass(frozen=True)
class DetectorRequest:
    """An upright RGB picture, the SHA-256 of its file in hex, and what to find in it.

    Either phrases, or a caption (then `phrases` is empty).
    """

    image: Image
    sha256: str
    phrases: tuple[str, ...]
    caption: str | None = None


@dataclass(frozen=True)
class DetectorAnswer:
    """`detections` down to the floor, best first.

    `timings_ms` has `preprocess`, `forward` and `postprocess`, and `queued` where the request had
    to wait. `features_reused`: the picture's features were still there from an earlier request.
    """

    detections: tuple[Detection, ...]
    timings_ms: dict[str, float]
    features_reused: bool = False


class Detector(Protocol):
    grounds_captions: bool

    def detect(self, request: DetectorRequest) -> DetectorAnswer:
        """Find what is asked for; boxes are clamped to the picture. Safe to call from any thread.

        Raises
        ------
        Invalid : the phrases do not fit the model's text input, or it grounds no captions.
        LimitReached : too many requests wait for this model.
        Unavailable : out of memory, a remote engine is away, or the engine has stopped.
        """
        ...

    def stats(self) -> "EngineStats": ...

    def clear_cache(self) -> None:
        """Forget the features of pictures seen; the next request works them out anew."""


@dataclass(frozen=True)
class EngineEnd:
    """The one last event of a sequence. `error` is set for `FinishReason.ERROR` only."""

    reason: FinishReason
    prompt_tokens: int
    completion_tokens: int
    text: str
    """The whole text, a met stop string cut off."""
    error: str | None = None
    exact: bool = True
    """False where the engine told no counts: then of the pieces it sent, and none of the prompt."""


@dataclass(frozen=True)
class TextRequest:
    """One sequence to be written, the `output`-th of its run (`params.n` is the service's affair).

    `user` is whose turn it takes: users take turns, whatever number of requests each has.
    """

    prompt: str | Sequence[Message]
    params: SamplingParams
    user: UUID
    output: int = 0
    lead: Lead | None = None


@dataclass(frozen=True)
class EngineStats:
    """How an engine stands: requests that wait, requests it works on, and how many it may at once.

    `cache_bytes` of at most `cache_budget` hold keys and values of texts, or features of pictures,
    of which there are `cache_entries`.
    """

    queued: int
    active: int
    places: int
    cache_bytes: int = 0
    cache_budget: int | None = None
    cache_entries: int = 0

    @property
    def idle(self) -> bool:
        return not (self.queued or self.active)


@dataclass(frozen=True)
class ModelStanding:
    """A model as it stands since `since`, and what its engine has to do, where it is loaded."""

    info: ModelInfo
    since: datetime
    stats: EngineStats | None
    is_default: bool
    is_broken: bool
    """Whether its entry must be mended first."""


@dataclass(frozen=True)
class Accelerator:
    """A device beside the CPU; bytes that tensors of this process take, and that are free there."""

    name: str
    used_bytes: int
    free_bytes: int
    total_bytes: int


class RunningSequence(Protocol):
    """A sequence being written; the engine owns it."""

    def cancel(self) -> None:
        """Ask for the end: it comes within one step, with what was written."""
        ...

    def position(self) -> int:
        """Its place in the queue, the next to begin at 1; 0 once it has begun."""
        ...


class Generator(Protocol):
    """A text engine. What it tells comes from its own threads, and listeners must not block."""

    @property
    def abilities(self) -> TextAbilities: ...

    def submit(
        self,
        request: TextRequest,
        *,
        on_token: Callable[[TokenEvent], None],
        on_end: Callable[[EngineEnd], None],
        on_start: Callable[[], None] | None = None,
    ) -> RunningSequence:
        """Check the request, queue it and return at once.

        `on_start` is told when it has a place, `on_end` last and exactly once.

        Raises
        ------
        Invalid : a value is out of range or beyond the engine's abilities, or prompt, lead and
            `max_new_tokens` do not fit the context together.
        LimitReached : the queue is full.
        Unavailable : the engine has stopped, or is away.
        """
        ...

    def stats(self) -> EngineStats: ...
