"""What came of a job, item by item."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.jobs.types import JobItem


class Listed(StrEnum):
    """Which items, and in which order: as given, but for `MOST`."""

    ALL = "all"
    FAILED = "failed"
    NOTHING = "nothing"
    """Pictures in which nothing was found."""
    MOST = "most"
    """Pictures that were looked at, those with the most boxes first."""


@dataclass(frozen=True)
class JobResult:
    """An item and what its run found or wrote; while there is no run, only the item.

    `found` counts a picture's boxes by label, most first. `text` is the beginning of the first
    output, `tokens` is of all outputs. `removed`: past its time, only figures are left.
    """

    item: JobItem
    found: Mapping[str, int]
    text: str | None = None
    tokens: int | None = None
    latency_ms: int | None = None
    cached: bool = False
    rating: int | None = None
    """The reader's own."""
    removed: bool = False

    @property
    def boxes(self) -> int:
        return sum(self.found.values())


@dataclass(frozen=True)
class ResultPage:
    """`counts` are of the whole job, for each list there is."""

    results: tuple[JobResult, ...]
    counts: Mapping[Listed, int]
