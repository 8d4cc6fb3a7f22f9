"""Use of an exported detector: one picture, some phrases, scored boxes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from transformers import AutoModelForZeroShotObjectDetection, AutoProcessor

from training.detector.prompts import phrase_of_token

_CATALOG = Path(__file__).parents[2] / "models.toml"


def shipped_threshold() -> float:
    """The box threshold that the product uses for the bundled detector."""
    entries = tomllib.loads(_CATALOG.read_text(encoding="utf-8"))["detector"]
    return float(entries[0]["box_threshold"])


@dataclass(frozen=True)
class Found:
    """Boxes (n, 4) as x0, y0, x1, y1 in pixels, their phrase (n,) and score (n,), best first."""

    boxes: NDArray[np.float64]
    phrase: NDArray[np.int64]
    score: NDArray[np.float64]

    def above(self, threshold: float) -> Found:
        """Only the boxes that score at least this."""
        kept = self.score >= threshold
        return Found(self.boxes[kept], self.phrase[kept], self.score[kept])


class Detector:
    """An exported detector, loaded as the product loads it."""

    def __init__(self, folder: Path) -> None:
        processors: Any = AutoProcessor
        self.processor = processors.from_pretrained(folder, local_files_only=True)
        self.model, self.report = AutoModelForZeroShotObjectDetection.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
        self.model.eval()

    def find(self, image: Image.Image, phrases: list[str]) -> Found:
        """Every query's box under its best phrase; a phrase scores the mean over its tokens."""
        text = " ".join(f"{p}." for p in phrases)
        inputs = self.processor(images=image.convert("RGB"), text=text, return_tensors="pt")
        with torch.inference_mode():
            out = self.model(**inputs)
        span = phrase_of_token(inputs["input_ids"])[0]
        likely = out.logits[0, :, : len(span)].sigmoid()
        scores = torch.stack([likely[:, span == k].mean(-1) for k in range(len(phrases))], -1)
        best, phrase = scores.max(-1)
        centre, half = out.pred_boxes[0, :, :2], out.pred_boxes[0, :, 2:] / 2
        boxes = torch.cat([centre - half, centre + half], -1).clamp(0, 1)
        boxes = boxes * torch.tensor([*image.size, *image.size])
        order = best.argsort(descending=True)
        arrays = (boxes[order].double(), phrase[order], best[order].double())
        return Found(*(a.numpy() for a in arrays))
