"""Zero-shot detection: one forward pass for all phrases, whatever the architecture."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Generic

import torch
from PIL import Image
from torch import Tensor

from core.errors import Invalid, Unavailable
from core.inference.asked import Asked, DetectorLimits, Seen, Text
from core.inference.batching import Batcher, Passed
from core.inference.device import most_pictures, use_threads
from core.inference.findings import Finding, in_pixels
from core.inference.framing import PADDING, extent_of, framed
from core.inference.loader import LoadedDetector
from core.inference.types import DetectorAnswer, DetectorRequest, EngineStats
from core.inference.waiting import BatchLimits
from core.metrics import model_calls_total
from core.runs.types import Task

_CPU = torch.device("cpu")


class TorchDetector(ABC, Generic[Text]):
    """What all architectures share. Callers prepare and read out; one thread runs the model."""

    grounds_captions = False

    def __init__(self, loaded: LoadedDetector, limits: DetectorLimits) -> None:
        self.loaded = loaded
        self._parameters = loaded.model.num_parameters()
        self._reading = threading.Lock()
        batch = BatchLimits(
            most_pictures(self._parameters, loaded.device), limits.queued, limits.wait_s
        )
        self._batcher: Batcher[Asked[Text], Seen] = Batcher(loaded.id, self, batch)

    def detect(self, request: DetectorRequest) -> DetectorAnswer:
        began = perf_counter()
        self._batcher.check_room()
        use_threads(0, _CPU)  # preparing and reading out are light work, wherever the model runs
        asked = self.prepare(request)
        ready = perf_counter()
        passed = self._batcher.submit(asked.key, asked)
        answered = perf_counter()
        seen, size = passed.answer, request.image.size
        extent = self.extent(extent_of(size))
        found = in_pixels(self.findings(seen, asked.text), seen.boxes, extent, size)
        timings = _timings(passed, ready - began, perf_counter() - answered)
        return DetectorAnswer(found, timings, asked.features is not None)

    def read(self, phrases: Sequence[str], caption: str | None = None) -> Text:
        """Tokenise, one call at a time; raises `Invalid` where the text does not fit."""
        with self._reading:  # tokenizers keep the padding of the call before in themselves
            text = self._read(phrases) if caption is None else self._read_caption(caption)
        if not text.known:
            asked = ", ".join(phrases) if caption is None else caption
            raise Invalid(
                f"The model “{self.loaded.id}” knows no word of: {asked}. Use other words.",
                facts={"unknown": list(phrases) or [caption]},
            )
        return text

    def prepare(self, request: DetectorRequest) -> Asked[Text]:
        """Everything that can be done without the model."""
        text = self.read(request.phrases, request.caption)
        return Asked(text, self.pixels(request.image), request.sha256)

    def pixels(self, image: Image.Image) -> Mapping[str, Tensor]:
        """The picture as its own processor gives it, in the model's precision."""
        processed = self.loaded.processor.image_processor(images=framed(image), return_tensors="pt")
        processed["pixel_values"] = processed["pixel_values"].to(self.loaded.model.dtype)
        return dict(processed)

    def warm_up(self) -> None:
        """A first answer, so that no user waits for it; raises `Unavailable` if it is none."""
        blank = Image.new("RGB", (64, 64), PADDING)
        asked = Asked(self._read(("a red circle",)), self.pixels(blank))
        seen = self._batcher.submit(asked.key, asked).answer
        if bool(seen.logits.isnan().any()) or not bool(seen.boxes.isfinite().all()):
            raise Unavailable("Its first answer holds no numbers: the weights are damaged.")

    def stats(self) -> EngineStats:
        return self._batcher.stats()

    def clear_cache(self) -> None:
        """Nothing is kept, unless an architecture says so."""

    def close(self) -> None:
        self._batcher.close()

    def start(self) -> None:
        use_threads(self._parameters, self.loaded.device)

    def run(self, batch: Sequence[Asked[Text]]) -> Sequence[Seen]:
        with torch.inference_mode():
            seen = self.forward(batch)
        model_calls_total.labels(Task.DETECTION, self.loaded.id).inc()
        return seen

    def free_memory(self) -> None:
        if self.loaded.device.type == "cuda":
            torch.cuda.empty_cache()

    def extent(self, size: tuple[int, int]) -> tuple[int, int]:
        """Width and height in pixels that the model's boxes, 0 to 1, are relative to."""
        return size

    @abstractmethod
    def _read(self, phrases: Sequence[str]) -> Text: ...

    def _read_caption(self, caption: str) -> Text:
        raise Invalid(
            f"The model “{self.loaded.id}” finds phrases, not captions; name what to find instead."
        )

    @abstractmethod
    def forward(self, batch: Sequence[Asked[Text]]) -> Sequence[Seen]:
        """Answers for requests of equal `key`, in one pass."""

    @abstractmethod
    def findings(self, seen: Seen, text: Text) -> Sequence[Finding]:
        """What each query found, best first, down to the floor."""


def _timings(passed: Passed[Seen], preprocess_s: float, postprocess_s: float) -> dict[str, float]:
    seconds = {
        "preprocess": preprocess_s,
        "forward": passed.forward_s,
        "postprocess": postprocess_s,
    }
    if passed.queued_s is not None:
        seconds["queued"] = passed.queued_s
    return {name: round(value * 1000, 2) for name, value in seconds.items()}
