"""One model's place in the process: its state, its lock and, once loaded, its engine."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic, sleep
from typing import Generic, Protocol, TypeVar, runtime_checkable

import structlog

from core.clock import now
from core.config import Settings
from core.errors import Conflict, Unavailable
from core.inference.catalog import BrokenEntry, starting_info
from core.inference.complaints import plain_errors
from core.inference.memory import give_back, keep_aside
from core.inference.types import (
    Detector,
    EngineStats,
    Generator,
    ModelEntry,
    ModelInfo,
    ModelState,
)

_PATIENCE_SECONDS = 120
"""How long a call waits for another one that is loading the same model."""
_LOOK_S = 0.1
_ON_PURPOSE = "It was unloaded; an administrator can load it again on the System page."

log = structlog.get_logger()
Engine = TypeVar("Engine", Detector, Generator)


@runtime_checkable
class _Closeable(Protocol):
    def close(self) -> None: ...


@runtime_checkable
class _Remote(Protocol):
    def described(self, info: ModelInfo) -> ModelInfo: ...


class Slot(ABC, Generic[Engine]):
    """Loads its model at most once; a failure is kept, and tried again only if it may pass.

    Unloaded on purpose, it stays so until `load`: no request loads it by the way.
    """

    def __init__(self, entry: ModelEntry | BrokenEntry, settings: Settings) -> None:
        self._entry = entry
        self._settings = settings
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._withheld = False
        self._closed = False
        self._unloading: object = None
        """Stands for the unloading under way; another one, or none, where that was called off."""
        self._retry_at = float("inf") if isinstance(entry, BrokenEntry) else 0.0
        self._info = starting_info(entry)
        self.changed_at = now()
        """When its state was last another one."""

    @property
    def info(self) -> ModelInfo:
        """How the model stands now."""
        engine: object = self._engine
        if isinstance(engine, _Remote) and not self._withheld:
            return engine.described(self._info)
        return self._info

    @info.setter
    def info(self, info: ModelInfo) -> None:
        if info.state is not self._info.state:
            self.changed_at = now()
        self._info = info

    @property
    def is_broken(self) -> bool:
        """Whether its entry must be mended before it can be loaded."""
        return isinstance(self._entry, BrokenEntry)

    @abstractmethod
    def _build(self, entry: ModelEntry) -> Engine:
        """Load and warm up, and put what is now known of the model into `info`."""

    def engine(self) -> Engine:
        """The engine, loaded by this call if need be; `Unavailable` with the reason otherwise."""
        engine = self._engine
        if engine is not None and not self._withheld:
            return engine
        if self._withheld:
            raise self._unavailable(self._info.reason or "")
        with self._held(_PATIENCE_SECONDS):
            return self._load()

    def stats(self) -> EngineStats | None:
        """What it has to do; None where it is not loaded."""
        engine = self._engine
        return None if engine is None else engine.stats()

    def load(self) -> None:
        """Load it, whatever became of it before, and wait for that; an unloading is called off.

        Raises
        ------
        Unavailable : why it could not be loaded; its state says so too.
        """
        with self._held(_PATIENCE_SECONDS):
            if self._closed or isinstance(self._entry, BrokenEntry):
                raise self._unavailable(self.info.reason or "")
            self._withheld, self._unloading, self._retry_at = False, None, 0.0
            if self._engine is None:
                self._load()
            elif self._info.state is ModelState.UNLOADING:
                self.info = replace(self._info, state=ModelState.READY, reason=None)

    def unload(self) -> None:
        """Take the model out of use, until `load`; its memory is free once what it has begun,
        or has let wait, has ended. Returns at once.

        Raises
        ------
        Conflict : it cannot be used as it is set up, or the program is stopping.
        Unavailable : it is being loaded.
        """
        with self._held(1):
            if self._closed or isinstance(self._entry, BrokenEntry):
                raise Conflict(f"The model “{self._info.id}” is not in use; look at its entry.")
            if self._withheld:
                return
            self._withheld, self._unloading = True, object()
            self.info = replace(self._info, state=ModelState.UNLOADING, reason=_ON_PURPOSE)
        threading.Thread(
            target=self._end, args=(self._unloading,), name=f"unload-{self._info.id}", daemon=True
        ).start()

    def release(self) -> None:
        """Stop the engine and let go of it; it is not loaded again."""
        with self._lock:
            engine: object = self._engine
            self._engine, self._unloading = None, None
            self._closed = self._withheld = True
            reason = self._info.reason or "It was unloaded because the program is stopping."
            self.info = replace(self._info, state=ModelState.UNAVAILABLE, reason=reason)
        if isinstance(engine, _Closeable):
            engine.close()

    def _load(self) -> Engine:
        if self._engine is not None and not self._withheld:
            return self._engine
        entry = self._entry
        if isinstance(entry, BrokenEntry) or self._withheld or monotonic() < self._retry_at:
            raise self._unavailable(self._info.reason or "")
        self.info = replace(self._info, state=ModelState.LOADING, reason=None)
        began = monotonic()
        try:
            with plain_errors(entry):
                engine = self._engine = self._build(entry)
        except Unavailable as error:
            self._retry_at = monotonic() + (error.retry_after or float("inf"))
            self.info = replace(self._info, state=ModelState.UNAVAILABLE, reason=error.message)
            log.warning(
                "model_unavailable", model=self._info.id, reason=error.message, exc_info=True
            )
            raise self._unavailable(error.message, error.retry_after) from error
        self.info = replace(self._info, state=ModelState.READY)
        keep_aside()
        log.info("model_ready", model=self._info.id, seconds=round(monotonic() - began, 2))
        return engine

    def _end(self, unloading: object) -> None:
        """Wait until nothing runs, and let go of the engine, unless that is called off meanwhile.

        It must be idle twice: who was given the engine just before may be about to ask.
        """
        idle = 0
        while idle < 2 and self._unloading is unloading:
            sleep(_LOOK_S)
            stats = self.stats()
            idle = idle + 1 if stats is None or stats.idle else 0
        with self._lock:
            if self._unloading is not unloading:
                return
            self._stop_engine()
            give_back()
            self.info = replace(
                starting_info(self._entry),
                revision=self._info.revision,  # what it has answered is known by that
                state=ModelState.UNLOADED,
                reason=_ON_PURPOSE,
            )
            self._unloading = None
        log.info("model_unloaded", model=self._info.id)

    def _stop_engine(self) -> None:
        """In a frame of its own, which must not hold the engine when its memory is given back."""
        engine: object = self._engine
        self._engine = None
        if isinstance(engine, _Closeable):
            engine.close()

    @contextmanager
    def _held(self, patience_s: float) -> Iterator[None]:
        if not self._lock.acquire(timeout=patience_s):
            raise Unavailable(
                f"The model “{self._info.id}” is still being loaded; try again shortly.",
                retry_after=30,
            )
        try:
            yield
        finally:
            self._lock.release()

    def _unavailable(self, reason: str, retry_after: int | None = None) -> Unavailable:
        return Unavailable(
            f"The model “{self._info.id}” is unavailable: {reason}",
            facts={"model": self._info.id, "reason": reason},
            retry_after=retry_after,
        )
