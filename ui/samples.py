"""The sample pictures that come with the product."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "samples"


@dataclass(frozen=True)
class Sample:
    """A picture, and phrases that suit it."""

    file: str
    title: str
    phrases: str
    note: str

    @property
    def path(self) -> Path:
        return _FOLDER / self.file


@cache
def samples() -> tuple[Sample, ...]:
    """In the order of `samples/samples.toml`."""
    entries = tomllib.loads((_FOLDER / "samples.toml").read_text("utf-8"))["sample"]
    return tuple(Sample(**entry) for entry in entries)
