"""A registry of one model that answers what a test says, and remembers what it was asked."""

from collections.abc import Callable
from pathlib import Path

from core.config import Settings
from core.detection.types import Box, Detection
from core.errors import Unavailable
from core.inference.registry import ModelRegistry
from core.inference.types import (
    Detector,
    DetectorAnswer,
    DetectorRequest,
    EngineStats,
    ModelInfo,
    ModelState,
)
from core.runs.types import Task

Answer = Callable[[DetectorRequest], tuple[Detection, ...]]


def one_box_each(request: DetectorRequest) -> tuple[Detection, ...]:
    return tuple(
        Detection(phrase, round(0.9 - place / 10, 1), Box(place, 0, place + 5, 5))
        for place, phrase in enumerate(request.phrases)
    )


class ScriptedModels(ModelRegistry):
    """`loads_as` is the revision once the model is loaded, where it is not known before."""

    grounds_captions = False

    def __init__(
        self, revision: str = "r1", answer: Answer = one_box_each, loads_as: str = ""
    ) -> None:
        super().__init__((), Settings(data_dir=Path(".")))
        self.revision = revision
        self.loads_as = loads_as
        self.answer = answer
        self.away = False
        self.asked: list[DetectorRequest] = []

    def info(self, task: Task, model_id: str | None = None) -> ModelInfo:
        return ModelInfo(
            id=model_id or "scripted",
            task=task,
            source="scripted",
            revision=self.revision,
            device="cpu",
            state=ModelState.UNAVAILABLE if self.away else ModelState.READY,
            reason=None,
            parameters=None,
            box_threshold=0.35,
            text_threshold=0.25,
            bundled=False,
            grounds_captions=self.grounds_captions,
        )

    def detector(self, model_id: str | None = None) -> tuple[ModelInfo, Detector]:
        if self.away:
            raise Unavailable("The model is away.")
        self.revision = self.loads_as or self.revision
        return self.info(Task.DETECTION, model_id), self

    def detect(self, request: DetectorRequest) -> DetectorAnswer:
        self.asked.append(request)
        timings = {"preprocess": 1.0, "forward": 2.0, "postprocess": 3.0}
        return DetectorAnswer(self.answer(request), timings)

    def stats(self) -> EngineStats:
        return EngineStats(0, 0, 1)

    def clear_cache(self) -> None:
        """Keeps nothing."""
