"""Claims as data."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Detected(Protocol):
    """What a claim is held against; `core.detection.types.Detection` is one."""

    @property
    def label(self) -> str: ...

    @property
    def score(self) -> float: ...


class ClaimKind(StrEnum):
    COUNT = "count"
    """So many of something: "three red circles", "a cat and a dog"."""
    LABEL = "label"
    """Something is there, no number said."""
    ABSENCE = "absence"
    """Something is not there: "no dogs", "nothing else"."""
    COLOUR = "colour"
    SUPERLATIVE = "superlative"
    """The highest or lowest score, the largest or smallest group."""
    TOTAL = "total"
    SCORE = "score"
    """A score, a range of scores or their mean."""


@dataclass(frozen=True)
class Claim:
    """A statement at `text[span[0]:span[1]]`, in short as `value`, and why it is judged so."""

    span: tuple[int, int]
    kind: ClaimKind
    value: str
    supported: bool
    reason: str
