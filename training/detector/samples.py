"""What the detector finds in a sample picture, against what was drawn there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from training.detector.predict import Detector
from training.detector.scoring import hits
from training.domain import ANY_OBJECT, LARGE_ABOVE, SMALL_BELOW
from training.sample_scenes import Sample
from training.samples import Truth, render


@dataclass(frozen=True)
class Result:
    """Objects that a sample's phrases mean, how many were found, and boxes that were wrong."""

    meant: int
    found: int
    wrong: int


def means(phrase: str, truth: Truth, size: tuple[int, int]) -> bool:
    """Whether every word of a phrase is true of an object."""
    x0, y0, x1, y1 = truth.box
    extent = ((x1 - x0) * (y1 - y0) / (size[0] * size[1])) ** 0.5
    said = {truth.shape, truth.colour, truth.fill, *ANY_OBJECT}
    said |= {"small"} if extent < SMALL_BELOW else {"large"} if extent > LARGE_ABOVE else set()
    return set(phrase.split()) <= said


def check_sample(detector: Detector, sample: Sample, folder: Path, threshold: float) -> Result:
    """Ask the sample's own phrases and compare; an object counts under its first phrase."""
    phrases = [p.strip() for p in sample.phrases.split(".") if p.strip()]
    _, truths = render(sample)
    meant = [(k, t) for t in truths for k, p in enumerate(phrases) if means(p, t, sample.size)]
    labels = {id(t): k for k, t in reversed(meant)}
    named = [t for t in truths if id(t) in labels]
    with Image.open(folder / sample.file) as image:
        found = detector.find(image, phrases).above(threshold)
    boxes = np.array([t.box for t in named]).reshape(-1, 4)
    right = hits(found, boxes, np.array([labels[id(t)] for t in named], np.int64), 0.5)
    return Result(len(named), int(right.sum()), int((~right).sum()))
