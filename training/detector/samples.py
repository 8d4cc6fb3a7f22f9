"""What the detector finds in a picture, against what was drawn there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from training.detector.predict import Detector
from training.detector.scoring import hits
from training.domain import (
    ANY_OBJECT,
    COLOUR_WORDS,
    FILL_WORDS,
    LARGE_ABOVE,
    SHAPE_WORDS,
    SIZE_WORDS,
    SMALL_BELOW,
    words_for,
)
from training.sample_scenes import Sample
from training.samples import Truth, render


@dataclass(frozen=True)
class Result:
    """Objects that a picture's phrases mean, how many were found, and boxes that were wrong."""

    meant: int
    found: int
    wrong: int

    @property
    def missed(self) -> int:
        return self.meant - self.found


def means(phrase: str, truth: Truth, size: tuple[int, int]) -> bool:
    """Whether every word of a phrase is true of an object."""
    x0, y0, x1, y1 = truth.box
    extent = ((x1 - x0) * (y1 - y0)) ** 0.5 / min(size)
    said = {*ANY_OBJECT, *words_for(SHAPE_WORDS, truth.shape)}
    said |= {*words_for(COLOUR_WORDS, truth.colour), *words_for(FILL_WORDS, truth.fill)}
    if extent < SMALL_BELOW:
        said.update(SIZE_WORDS["small"])
    elif extent > LARGE_ABOVE:
        said.update(SIZE_WORDS["large"])
    return set(phrase.split()) <= said


def compare(
    detector: Detector,
    image: Image.Image,
    text: str,
    truths: Sequence[Truth],
    threshold: float,
) -> Result:
    """Ask phrases, each ended by a full stop; an object counts under its first phrase."""
    phrases = [p.strip() for p in text.split(".") if p.strip()]
    meant = [(k, t) for t in truths for k, p in enumerate(phrases) if means(p, t, image.size)]
    labels = {id(t): k for k, t in reversed(meant)}
    named = [t for t in truths if id(t) in labels]
    found = detector.find(image, phrases).above(threshold)
    boxes = np.array([t.box for t in named]).reshape(-1, 4)
    right = hits(found, boxes, np.array([labels[id(t)] for t in named], np.int64), 0.5)
    return Result(len(named), int(right.sum()), int((~right).sum()))


def check_sample(detector: Detector, sample: Sample, folder: Path, threshold: float) -> Result:
    """Ask a sample's own phrases and compare with what was drawn."""
    _, truths = render(sample)
    with Image.open(folder / sample.file) as image:
        return compare(detector, image, sample.phrases, truths, threshold)
