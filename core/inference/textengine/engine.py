"""Many streams on one model: the local text engine."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import structlog

from core.config import Settings
from core.errors import Invalid
from core.generation.limits import check_lead, check_params, check_prompt
from core.generation.types import FinishReason, TokenEvent
from core.inference.device import use_threads
from core.inference.loader import LoadedTextModel
from core.inference.textengine.detokenise import Vocabulary
from core.inference.textengine.forward import Forward
from core.inference.textengine.limits import EngineLimits, check_fits, check_ids, check_memory
from core.inference.textengine.loop import Loop
from core.inference.textengine.places import Places
from core.inference.textengine.prompts import PromptEncoder
from core.inference.textengine.sampling import Sampler
from core.inference.textengine.scheduler import Scheduler
from core.inference.textengine.sequence import Callbacks, TextSequence
from core.inference.textengine.serial import SerialWriter
from core.inference.textengine.trial import try_out
from core.inference.types import EngineEnd, EngineStats, TextAbilities, TextRequest

log = structlog.get_logger()

_CLOSE_S = 10.0


class TextEngine:
    """Writes for everybody at once with continuous batching; see `Generator` for the calls.

    A request draws from its own random stream, so the same seed gives the same text whoever
    else is being served, as far as the device's rounding allows: in half precision two nearly
    equal tokens may fall either way. A model that cannot be batched, which is tried out first,
    writes for one after the other.
    """

    def __init__(self, loaded: LoadedTextModel, limits: EngineLimits) -> None:
        self._loaded = loaded
        self._words = loaded.model.config.get_text_config().vocab_size
        self._vocabulary = Vocabulary(loaded.tokenizer)
        self._prompts = PromptEncoder(loaded.tokenizer)
        self._eos_ids = _eos_ids(loaded)
        forward = Forward(loaded.model, loaded.device)
        trial = try_out(loaded, forward)
        self.abilities = TextAbilities(batched=trial.note is None, note=trial.note)
        self._limits = limits if self.abilities.batched else replace(limits, max_active=1)
        self._token_bytes = trial.token_bytes
        self._loop: Loop
        self._most_tokens: int | None = None
        if self.abilities.batched:
            padding = _most_padding(loaded, limits.cache_bytes, trial.token_bytes)
            self._most_tokens = limits.cache_bytes // trial.token_bytes - padding
            self._places = Places(self._limits, self._most_tokens)
            self._loop = Scheduler(loaded.id, forward, self._places, limits, padding)
        else:
            self._places = Places(self._limits, None)
            self._loop = SerialWriter(loaded, self._places)
        self._closed = threading.Event()
        self._threads = [
            threading.Thread(target=work, name=f"{name}-{loaded.id}", daemon=True)
            for name, work in (("text", self._write), ("text-watch", self._watch))
        ]
        for thread in self._threads:
            thread.start()

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
        lead = self._lead_ids(request)
        ids = self._prompt_ids(request) + lead
        check_fits(len(ids), params.max_new_tokens, self._loaded.context_tokens)
        row = TextSequence(
            prompt_ids=ids,
            lead_ids=lead,
            lead_text=request.lead.text if request.lead else None,
            params=params,
            user=request.user,
            output=request.output,
            sampler=Sampler(params, ids, self._words, self._loaded.device),
            vocabulary=self._vocabulary,
            eos_ids=self._eos_ids,
            callbacks=Callbacks(on_token, on_end, on_start),
            places=self._places,
        )
        check_memory(row.most_tokens, self._most_tokens, self._token_bytes)
        self._places.enter(row)
        return row

    def stats(self) -> EngineStats:
        return EngineStats(
            queued=self._places.waiting(),
            active=self._places.active(),
            places=self._limits.max_active,
            cache_bytes=self._loop.cache_bytes,
            cache_budget=self._limits.cache_bytes if self.abilities.batched else None,
        )

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

    def _prompt_ids(self, request: TextRequest) -> list[int]:
        text, messages = check_prompt(request.prompt, self._limits.max_prompt_chars)
        ids = self._prompts.encode(messages or text)
        check_ids("prompt", ids, self._words)
        return ids

    def _lead_ids(self, request: TextRequest) -> list[int]:
        if request.lead is None:
            return []
        check_lead(request.lead)
        ids = self._prompts.encode_lead(request.lead)
        check_ids("lead", ids, self._words)
        if ids and ids[-1] in self._eos_ids:
            raise Invalid("That token ends the text, so that nothing follows; choose another one.")
        return ids

    def _write(self) -> None:
        """The engine's own thread: it would inherit the threads of whichever model came last."""
        use_threads(self._loaded.model.num_parameters(), self._loaded.device)
        self._loop.run()

    def _watch(self) -> None:
        """End what takes too long, even while the model itself does not return."""
        while not self._closed.wait(min(1.0, self._limits.timeout_s / 4, self._limits.total_s / 4)):
            now = time.monotonic()
            for row in self._places.everyone():
                stuck = now - max(row.progress_at, self._loop.progress_at) > self._limits.timeout_s
                total = now - row.started_at if row.started_at is not None else 0.0
                if stuck or total > self._limits.total_s:
                    row.end(FinishReason.TIMEOUT)


def build_generator(loaded: LoadedTextModel, settings: Settings) -> TextEngine:
    """Start an engine for a loaded model."""
    return TextEngine(loaded, EngineLimits.from_settings(settings))


def _most_padding(loaded: LoadedTextModel, cache_bytes: int, token_bytes: int) -> int:
    """Cells that may hold nothing, of all batches together.

    Reading over them in one step costs no more than reading the weights, which each further
    batch would do once more; and most of the memory stays for tokens.
    """
    weights = sum(one.nbytes for one in loaded.model.parameters())
    return min(weights, cache_bytes // 4) // token_bytes


def _eos_ids(loaded: LoadedTextModel) -> frozenset[int]:
    found = getattr(loaded.model.generation_config, "eos_token_id", None)
    if found is None:
        found = loaded.tokenizer.eos_token_id
    if found is None:
        return frozenset()
    return frozenset([found] if isinstance(found, int) else found)
