"""One model's place in the process: its state, its lock and, once loaded, its engine."""

import threading
from abc import ABC, abstractmethod
from dataclasses import replace
from time import monotonic
from typing import Generic, Protocol, TypeVar, runtime_checkable

import structlog

from core.config import Settings
from core.errors import Unavailable
from core.inference.addresses import is_remote
from core.inference.architectures import ARCHITECTURES, detector_for
from core.inference.asked import DetectorLimits
from core.inference.catalog import BrokenEntry, is_fake, starting_info
from core.inference.complaints import plain_errors
from core.inference.device import device_name
from core.inference.fake import REVISION, FakeDetector
from core.inference.fake_text import FakeGenerator
from core.inference.loader import LoadedDetector, LoadedTextModel, load_detector, load_text_model
from core.inference.remote import RemoteDetector
from core.inference.remote_text import RemoteGenerator
from core.inference.textengine import build_generator
from core.inference.types import Detector, Generator, ModelEntry, ModelInfo, ModelState

_PATIENCE_SECONDS = 120
"""How long a call waits for another one that is loading the same model."""

log = structlog.get_logger()
Engine = TypeVar("Engine", Detector, Generator)


@runtime_checkable
class _Closeable(Protocol):
    def close(self) -> None: ...


@runtime_checkable
class _Remote(Protocol):
    def described(self, info: ModelInfo) -> ModelInfo: ...


class Slot(ABC, Generic[Engine]):
    """Loads its model at most once; a failure is kept, and tried again only if it may pass."""

    def __init__(self, entry: ModelEntry | BrokenEntry, settings: Settings) -> None:
        self._entry = entry
        self._settings = settings
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._retry_at = float("inf") if isinstance(entry, BrokenEntry) else 0.0
        self._info = starting_info(entry)

    @property
    def info(self) -> ModelInfo:
        """How the model stands now."""
        engine: object = self._engine
        return engine.described(self._info) if isinstance(engine, _Remote) else self._info

    @info.setter
    def info(self, info: ModelInfo) -> None:
        self._info = info

    @abstractmethod
    def _build(self, entry: ModelEntry) -> Engine:
        """Load and warm up, and put what is now known of the model into `info`."""

    def engine(self) -> Engine:
        """The engine, loaded by this call if need be; `Unavailable` with the reason otherwise."""
        if self._engine is not None:
            return self._engine
        if not self._lock.acquire(timeout=_PATIENCE_SECONDS):
            raise Unavailable(
                f"The model “{self.info.id}” is still being loaded; try again shortly.",
                retry_after=30,
            )
        try:
            return self._engine or self._load()
        finally:
            self._lock.release()

    def release(self) -> None:
        """Stop the engine and let go of it; it is not loaded again."""
        with self._lock:
            engine: object = self._engine
            self._engine, self._retry_at = None, float("inf")
            reason = self.info.reason or "It was unloaded because the program is stopping."
            self.info = replace(self.info, state=ModelState.UNAVAILABLE, reason=reason)
        if isinstance(engine, _Closeable):
            engine.close()

    def _load(self) -> Engine:
        if isinstance(self._entry, BrokenEntry) or monotonic() < self._retry_at:
            raise self._unavailable(self.info.reason or "")
        self.info = replace(self.info, state=ModelState.LOADING, reason=None)
        began = monotonic()
        try:
            with plain_errors(self._entry):
                self._engine = self._build(self._entry)
        except Unavailable as error:
            self._retry_at = monotonic() + (error.retry_after or float("inf"))
            self.info = replace(self.info, state=ModelState.UNAVAILABLE, reason=error.message)
            log.warning(
                "model_unavailable", model=self.info.id, reason=error.message, exc_info=True
            )
            raise self._unavailable(error.message, error.retry_after) from error
        self.info = replace(self.info, state=ModelState.READY)
        log.info("model_ready", model=self.info.id, seconds=round(monotonic() - began, 2))
        return self._engine

    def _unavailable(self, reason: str, retry_after: int | None = None) -> Unavailable:
        return Unavailable(
            f"The model “{self.info.id}” is unavailable: {reason}",
            facts={"model": self.info.id, "reason": reason},
            retry_after=retry_after,
        )

    def _note(self, loaded: LoadedDetector | LoadedTextModel) -> None:
        self.info = replace(
            self.info,
            revision=loaded.revision,
            device=device_name(loaded.device),
            parameters=loaded.model.num_parameters(),
        )


class DetectorSlot(Slot[Detector]):
    def _build(self, entry: ModelEntry) -> Detector:
        if is_fake(entry):
            fake = FakeDetector(entry)
            self.info = replace(self.info, revision=REVISION, device="cpu")
            return fake
        if is_remote(entry):
            return RemoteDetector(entry, self._settings)
        loaded = load_detector(entry, self._settings.device, tuple(ARCHITECTURES))
        detector = detector_for(loaded, DetectorLimits.from_settings(self._settings))
        self._note(loaded)
        self.info = replace(self.info, grounds_captions=detector.grounds_captions)
        return detector


class GeneratorSlot(Slot[Generator]):
    def _build(self, entry: ModelEntry) -> Generator:
        if is_fake(entry):
            fake = FakeGenerator(entry, self._settings)
            self.info = replace(
                self.info,
                revision=REVISION,
                device="cpu",
                chat_template=True,
                abilities=fake.abilities,
            )
            return fake
        if is_remote(entry):
            return RemoteGenerator(entry, self._settings)
        loaded = load_text_model(entry, self._settings.device)
        generator = build_generator(loaded, self._settings)
        self._note(loaded)
        self.info = replace(
            self.info,
            context_tokens=loaded.context_tokens,
            chat_template=bool(getattr(loaded.tokenizer, "chat_template", None)),
            abilities=generator.abilities,
        )
        return generator
