"""Many streams on one model: the local text engine."""

import threading
import time
from collections.abc import Callable

import structlog

from core.config import Settings
from core.errors import Unavailable
from core.generation.limits import check_params
from core.generation.types import FinishReason, TokenEvent
from core.inference.device import use_threads
from core.inference.loader import LoadedTextModel
from core.inference.textengine.detokenise import Vocabulary
from core.inference.textengine.forward import Forward
from core.inference.textengine.limits import EngineLimits, check_fits, check_ids
from core.inference.textengine.prompts import PromptEncoder
from core.inference.textengine.sampling import Sampler
from core.inference.textengine.scheduler import Scheduler
from core.inference.textengine.sequence import Callbacks, TextSequence
from core.inference.types import EngineEnd, EngineStats, TextAbilities, TextRequest

log = structlog.get_logger()

_CLOSE_S = 10.0


class TextEngine:
    """Writes for everybody at once with continuous batching; see `Generator` for the calls.

    A request draws from its own random stream, so the same seed gives the same text whoever
    else is being served, as far as the device's rounding allows: in half precision two nearly
    equal tokens may fall either way.
    """

    def __init__(self, loaded: LoadedTextModel, limits: EngineLimits) -> None:
        self._loaded = loaded
        self._limits = limits
        self._words = loaded.model.config.get_text_config().vocab_size
        self._vocabulary = Vocabulary(loaded.tokenizer)
        self._prompts = PromptEncoder(loaded.tokenizer)
        self._eos_ids = _eos_ids(loaded)
        self._scheduler = Scheduler(loaded.id, Forward(loaded.model, loaded.device), limits)
        self._places = self._scheduler.places
        self._closed = threading.Event()
        self._threads = [
            threading.Thread(target=work, name=f"{name}-{loaded.id}", daemon=True)
            for name, work in (("text", self._write), ("text-watch", self._watch))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def abilities(self) -> TextAbilities:
        return TextAbilities()

    def submit(
        self,
        request: TextRequest,
        *,
        on_token: Callable[[TokenEvent], None],
        on_end: Callable[[EngineEnd], None],
        on_start: Callable[[], None] | None = None,
    ) -> TextSequence:
        """Check everything, then queue one sequence; `on_start` is called when it has a place."""
        params = request.params
        check_params(params, self._limits.max_new_tokens)
        ids = self._prompts.encode(request.prompt)
        check_ids(ids, self._words)
        check_fits(len(ids), params.max_new_tokens, self._loaded.context_tokens)
        row = TextSequence(
            prompt_ids=ids,
            params=params,
            output=request.output,
            sampler=Sampler(params, ids, self._words, self._loaded.device),
            vocabulary=self._vocabulary,
            eos_ids=self._eos_ids,
            callbacks=Callbacks(on_token, on_end, on_start),
            places=self._places,
        )
        self._places.enter(row)
        return row

    def stats(self) -> EngineStats:
        return EngineStats(self._places.waiting(), self._places.active(), self._limits.max_active)

    def close(self) -> None:
        """End every sequence as cancelled and join the threads; a stuck model is left behind."""
        self._closed.set()
        self._places.close()
        for thread in self._threads:
            thread.join(_CLOSE_S)
        if any(thread.is_alive() for thread in self._threads):
            log.error("engine_does_not_stop", model=self._loaded.id)
            for row in self._places.everyone():
                row.end(FinishReason.CANCELLED)

    def _write(self) -> None:
        """The engine's own thread: it would inherit the threads of whichever model came last."""
        use_threads(self._loaded.model.num_parameters(), self._loaded.device)
        self._scheduler.run()

    def _watch(self) -> None:
        """End sequences without progress, even while the model itself does not return."""
        while not self._closed.wait(min(1.0, self._limits.timeout_s / 4)):
            oldest = time.monotonic() - self._limits.timeout_s
            for row in self._places.everyone():
                waits_in_turn = not row.admitted and self._scheduler.progress_at >= oldest
                if row.progress_at < oldest and not waits_in_turn:
                    row.end(FinishReason.TIMEOUT)


def build_generator(loaded: LoadedTextModel, settings: Settings) -> TextEngine:
    """Start an engine for a loaded model.

    Raises
    ------
    Unavailable : the architecture keeps a running state instead of a key-value cache.
    """
    if getattr(loaded.model, "_is_stateful", False):
        kind = loaded.model.config.model_type
        raise Unavailable(
            f"Models of type {kind!r} keep a running state, which cannot be batched; "
            "choose one with attention only.",
            facts={"model_type": kind},
        )
    return TextEngine(loaded, EngineLimits.from_settings(settings))


def _eos_ids(loaded: LoadedTextModel) -> frozenset[int]:
    found = getattr(loaded.model.generation_config, "eos_token_id", None)
    if found is None:
        found = loaded.tokenizer.eos_token_id
    if found is None:
        return frozenset()
    return frozenset([found] if isinstance(found, int) else found)
