"""The models on offer, each loaded once in the process."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import TypeVar

from core.config import Settings
from core.errors import NotFound, Unavailable
from core.inference.catalog import BrokenEntry, read_catalog
from core.inference.slots import DetectorSlot, GeneratorSlot
from core.inference.trying import try_detector, try_generator
from core.inference.types import Detector, Generator, ModelEntry, ModelInfo, ModelStanding
from core.runs.types import Task

_AnySlot = TypeVar("_AnySlot", DetectorSlot, GeneratorSlot)


class ModelRegistry:
    """Thread-safe; a model that is not loaded yet is loaded by the first call that needs it."""

    def __init__(self, entries: Sequence[ModelEntry | BrokenEntry], settings: Settings) -> None:
        self._detectors = tuple(
            DetectorSlot(entry, settings) for entry in entries if entry.task is Task.DETECTION
        )
        self._refusing = False
        self._generators = tuple(
            GeneratorSlot(entry, settings) for entry in entries if entry.task is Task.GENERATION
        )

    @classmethod
    def from_file(cls, settings: Settings) -> "ModelRegistry":
        """Read `settings.models_file`; nothing is loaded yet."""
        return cls(read_catalog(settings.models_file), settings)

    def infos(self) -> tuple[ModelInfo, ...]:
        detectors = tuple(slot.info for slot in self._detectors)
        return detectors + tuple(slot.info for slot in self._generators)

    def tasks(self) -> tuple[Task, ...]:
        """The tasks that have at least one entry."""
        return tuple(dict.fromkeys(info.task for info in self.infos()))

    def info(self, task: Task, model_id: str | None = None) -> ModelInfo:
        """How a model stands now; the default one where `model_id` is None."""
        if task is Task.DETECTION:
            return _find(self._detectors, task, model_id).info
        return _find(self._generators, task, model_id).info

    def default(self, task: Task) -> ModelInfo:
        return self.info(task)

    def detector(self, model_id: str | None = None) -> tuple[ModelInfo, Detector]:
        """The engine, ready.

        Raises
        ------
        NotFound : no such id; the message names those there are.
        Unavailable : the entry is broken or could not be loaded; the message says why.
        """
        self._check_open()
        slot = _find(self._detectors, Task.DETECTION, model_id)
        engine = slot.engine()
        return slot.info, engine

    def generator(self, model_id: str | None = None) -> tuple[ModelInfo, Generator]:
        """The engine, ready; errors as in `detector`."""
        self._check_open()
        slot = _find(self._generators, Task.GENERATION, model_id)
        engine = slot.engine()
        return slot.info, engine

    def refuse(self) -> None:
        """Give out no engine any more; who has one goes on with it."""
        self._refusing = True

    def load_all(self) -> None:
        """Load each task's default; one that fails stays unavailable and stops no other."""
        for load in (self.detector, self.generator):
            with suppress(Unavailable):
                load()

    def standings(self) -> tuple[ModelStanding, ...]:
        """Every model with what it has to do; the first of each task is its default."""
        return tuple(
            ModelStanding(
                slot.info,
                slot.changed_at,
                slot.stats(),
                is_default=slot is slots[0],
                is_broken=slot.is_broken,
            )
            for slots in (self._detectors, self._generators)
            for slot in slots
        )

    def load(self, task: Task, model_id: str) -> None:
        """Begin to load a model that is unloaded, failed or was not needed yet; returns at once.

        How it goes on is in its state. One that is loaded stays as it is.
        """
        slot = self._slot(task, model_id)
        threading.Thread(
            target=_load, args=(slot,), name=f"load-{slot.info.id}", daemon=True
        ).start()

    def unload(self, task: Task, model_id: str) -> None:
        """Take a model out of use until `load`, see `Slot.unload`."""
        self._slot(task, model_id).unload()

    def try_out(self, task: Task, model_id: str) -> float:
        """Let a model answer the smallest request, loading it if need be; the seconds it took.

        Raises
        ------
        Unavailable : it cannot answer; the message says why.
        """
        if task is Task.DETECTION:
            return try_detector(_find(self._detectors, task, model_id).engine())
        return try_generator(_find(self._generators, task, model_id).engine())

    def clear_features(self) -> None:
        """Forget the features of pictures that the detectors have seen."""
        for slot in self._detectors:
            slot.clear_cache()

    def close(self) -> None:
        """Stop the engines and let go of the models."""
        for detector in self._detectors:
            detector.release()
        for generator in self._generators:
            generator.release()

    def _check_open(self) -> None:
        if self._refusing:
            raise Unavailable("Glimpse is stopping; try again in a moment.", retry_after=10)

    def _slot(self, task: Task, model_id: str) -> DetectorSlot | GeneratorSlot:
        if task is Task.DETECTION:
            return _find(self._detectors, task, model_id)
        return _find(self._generators, task, model_id)


def _load(slot: DetectorSlot | GeneratorSlot) -> None:
    with suppress(Unavailable):  # its state says so, and the log
        slot.load()


def _find(slots: Sequence[_AnySlot], task: Task, model_id: str | None) -> _AnySlot:
    if not slots:
        raise Unavailable(f"No model for {task} is configured; add one to models.toml.")
    if model_id is None:
        return slots[0]
    for slot in slots:
        if slot.info.id == model_id:
            return slot
    allowed = [slot.info.id for slot in slots]
    raise NotFound(
        f"There is no model “{model_id[:60]}” for {task}; choose one of: {', '.join(allowed)}.",
        facts={"allowed": allowed},
    )
