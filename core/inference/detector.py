"""Zero-shot detection: one forward pass for all phrases, whatever the architecture."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from core.detection.types import FLOOR, Box, Detection
from core.errors import Invalid, Unavailable
from core.inference.device import use_threads
from core.inference.loader import LoadedDetector
from core.inference.types import DetectorAnswer
from core.metrics import model_calls_total
from core.runs.types import Task

_LONGEST_ASPECT = 16
_FRAME_SIDE = 4096
_PADDING = (127, 127, 127)


@dataclass(frozen=True)
class ReadPhrases:
    """Phrases as the model reads them.

    `known` holds the phrases in the order of the model's columns; one that has no word the model
    knows is left out, as no box could answer it. `spans` are token positions, end excluded.
    """

    inputs: dict[str, Tensor]
    known: tuple[str, ...]
    spans: tuple[tuple[int, int], ...] = ()


class TorchDetector(ABC):
    """What all architectures share; one forward pass at a time."""

    def __init__(self, loaded: LoadedDetector) -> None:
        self.loaded = loaded
        self._parameters = loaded.model.num_parameters()
        self._reading = threading.Lock()
        self._lock = threading.Lock()

    def read(self, phrases: Sequence[str]) -> ReadPhrases:
        """Tokenise, one call at a time; raises `Invalid` where the phrases do not fit."""
        with self._reading:  # tokenizers keep the padding of the call before in themselves
            return self._read(phrases)

    @abstractmethod
    def _read(self, phrases: Sequence[str]) -> ReadPhrases: ...

    @abstractmethod
    def scores(self, logits: Tensor, text: ReadPhrases) -> Tensor:
        """Score of each query for each phrase, 0 to 1: (queries, phrases)."""

    def extent(self, size: tuple[int, int]) -> tuple[int, int]:
        """Width and height in pixels that the model's boxes, 0 to 1, are relative to."""
        return size

    def detect(self, image: Image.Image, phrases: Sequence[str]) -> DetectorAnswer:
        began = perf_counter()
        text = self.read(phrases)
        if not text.known:
            raise Invalid(
                f"The model “{self.loaded.id}” knows no word of: {', '.join(phrases)}. "
                "Use other words.",
                facts={"unknown": list(phrases)},
            )
        framed, extent = _framed(image)
        processed = self.loaded.processor.image_processor(images=framed, return_tensors="pt")
        ready = perf_counter()
        logits, boxes = self._forward({**text.inputs, **processed})
        answered = perf_counter()
        model_calls_total.labels(Task.DETECTION, self.loaded.id).inc()
        found = self._boxes(self.scores(logits, text), boxes, text.known, extent, image.size)
        timings = {
            "preprocess": ready - began,
            "forward": answered - ready,
            "postprocess": perf_counter() - answered,
        }
        return DetectorAnswer(found, {k: round(v * 1000, 2) for k, v in timings.items()})

    def warm_up(self) -> None:
        """A first answer, so that no user waits for it; raises `Unavailable` if it is none."""
        blank = Image.new("RGB", (64, 64), _PADDING)
        processed = self.loaded.processor.image_processor(images=blank, return_tensors="pt")
        logits, boxes = self._forward({**self.read(["a red circle"]).inputs, **processed})
        if bool(logits.isnan().any()) or not bool(boxes.isfinite().all()):
            raise Unavailable("Its first answer holds no numbers: the weights are damaged.")

    def _forward(self, inputs: dict[str, Any]) -> tuple[Tensor, Tensor]:
        """Logits and boxes of one picture, as float32 on the CPU."""
        model, device = self.loaded.model, self.loaded.device
        use_threads(self._parameters, device)
        moved = {name: value.to(device) for name, value in inputs.items()}
        moved["pixel_values"] = moved["pixel_values"].to(model.dtype)
        try:
            with self._lock, torch.inference_mode():
                outputs = model(**moved)
                answer = outputs.logits[0].float().cpu(), outputs.pred_boxes[0].float().cpu()
        except torch.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            raise Unavailable(
                f"{device} ran out of memory; try again shortly or with a smaller picture.",
                retry_after=5,
            ) from error
        return answer

    def _boxes(
        self,
        scores: Tensor,
        boxes: Tensor,
        phrases: tuple[str, ...],
        framed: tuple[int, int],
        size: tuple[int, int],
    ) -> tuple[Detection, ...]:
        best, column = scores.max(dim=-1)
        scale = torch.tensor(self.extent(framed) * 2)
        centre, half = boxes[:, :2], boxes[:, 2:] / 2
        corners = torch.cat([centre - half, centre + half], dim=-1) * scale
        corners = corners.clamp(min=torch.zeros(4), max=torch.tensor(size * 2))
        found = []
        for query in best.argsort(descending=True, stable=True).tolist():
            if not best[query] >= FLOOR:
                break
            box = Box(*(round(edge, 2) for edge in corners[query].tolist()))
            if box.xmax > box.xmin and box.ymax > box.ymin:
                score = round(float(best[query]), 6)
                found.append(Detection(phrases[int(column[query])], score, box))
        return tuple(found)


def _framed(image: Image.Image) -> tuple[Image.Image, tuple[int, int]]:
    """The picture for the model, and the size it stands for in pixels of the original.

    Where it is so thin that resizing would lose it, its short side is padded, and the whole made
    smaller first: a frame around 1 x 25,000,000 pixels fits no memory.
    """
    longest = max(image.size)
    least = -(-longest // _LONGEST_ASPECT)
    if min(image.size) >= least:
        return image, image.size
    extent = max(image.width, least), max(image.height, least)
    scale = min(1.0, _FRAME_SIDE / longest)
    kept = _scaled(image.size, scale)
    frame = Image.new("RGB", _scaled(extent, scale), _PADDING)
    frame.paste(image if kept == image.size else image.resize(kept))
    return frame, extent


def _scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
