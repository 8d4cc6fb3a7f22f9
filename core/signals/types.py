"""What people do with a run without saying anything, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.runs.types import Task


class SignalKind(StrEnum):
    STOPPED = "stopped"
    """Its owner stopped it; `tokens` says after how many."""
    REGENERATED = "regenerated"
    """Its owner had it written anew, the same or edited; `run` is the first such run."""
    ABANDONED = "abandoned"
    """Its owner went on to something else within a minute of its end and did nothing with it."""
    COPIED = "copied"
    """`what` says which text."""
    DOWNLOADED = "downloaded"
    """`what` says as which kind of file."""


@dataclass(frozen=True)
class ModelSignals:
    """How many of a model's runs have each signal; every run counts at most once for each."""

    model: str
    revision: str
    task: Task
    runs: int
    """All of them, those of programs too, which give no signals."""
    counts: Mapping[SignalKind, int]

    def share(self, kind: SignalKind) -> float | None:
        """0 to 1; None where there were no runs."""
        return self.counts.get(kind, 0) / self.runs if self.runs else None
