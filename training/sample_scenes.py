"""The sample pictures' contents, read from ``sample_scenes.toml`` beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

from training.paint import Renderer

Tone = tuple[int, int, int]
_PAPER: Tone = (250, 248, 242)


class Thing(NamedTuple):
    """An object: its middle as shares of width and height, its diameter of the shorter side."""

    shape: str
    colour: str
    fill: str
    x: float
    y: float
    diameter: float

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read "circle red solid 0.25 0.3 0.34"."""
        shape, colour, fill, x, y, diameter = line.split()
        return cls(shape, colour, fill, float(x), float(y), float(diameter))


@dataclass(frozen=True)
class Sample:
    """A picture to draw and what the interface says about it."""

    file: str
    title: str
    size: tuple[int, int]
    phrases: str
    note: str
    things: tuple[Thing, ...] = ()
    ground: str = "plain"
    tones: tuple[Tone, Tone] = (_PAPER, _PAPER)  # at the top and at the bottom
    renderer: Renderer = "smooth"
    noise: float = 0.0
    quality: int = 88

    @classmethod
    def parse(cls, entry: dict[str, Any]) -> Self:
        """Read one entry of the file."""
        things = tuple(map(Thing.parse, entry.pop("things", ())))
        return cls(**entry, things=things)


def samples() -> list[Sample]:
    """All sample pictures, in the order the interface shows them."""
    text = Path(__file__).with_name("sample_scenes.toml").read_text(encoding="utf-8")
    return [Sample.parse(entry) for entry in tomllib.loads(text)["scene"]]
