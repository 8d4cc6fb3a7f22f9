"""Ten painted pictures, read from ``drawn/truth.toml``, to try the detector on other strokes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from PIL import Image

from training.detector.predict import Detector
from training.detector.samples import Result, compare
from training.samples import Truth

FOLDER = Path(__file__).with_name("drawn")


@dataclass(frozen=True)
class Drawn:
    """A painted picture, the phrases to ask, and what is in it."""

    file: str
    title: str
    phrases: str
    truths: tuple[Truth, ...]

    @classmethod
    def parse(cls, entry: dict[str, Any]) -> Self:
        """Read one entry of the file."""
        truths = tuple(map(_truth, entry.pop("things")))
        return cls(**entry, truths=truths)


def drawn() -> list[Drawn]:
    """All painted pictures, in the file's order."""
    text = (FOLDER / "truth.toml").read_text(encoding="utf-8")
    return [Drawn.parse(entry) for entry in tomllib.loads(text)["picture"]]


def check_drawn(detector: Detector, picture: Drawn, threshold: float) -> Result:
    """Ask the picture's own phrases and compare with its true boxes."""
    with Image.open(FOLDER / picture.file) as image:
        return compare(detector, image, picture.phrases, picture.truths, threshold)


def _truth(line: str) -> Truth:
    """Read "circle red solid 33 31 134 132": the box as x0, y0, x1, y1 in pixels."""
    shape, colour, fill, x0, y0, x1, y1 = line.split()
    return Truth(shape, colour, fill, (float(x0), float(y0), float(x1), float(y1)))
