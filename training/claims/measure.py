"""Precision and recall of a check of claims on reports with planted errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from training.claims.planting import ERRORS, SOURCES, Case, cases


@dataclass(frozen=True)
class Box:
    """A detection without its place."""

    label: str
    score: float


class Judged(Protocol):
    """What is read of a claim."""

    @property
    def span(self) -> tuple[int, int]: ...

    @property
    def supported(self) -> bool: ...


Check = Callable[[str, Sequence[Box]], Sequence[Judged]]


@dataclass
class Score:
    """Of flagged claims, how many hit a planted error; of planted errors, how many were flagged."""

    flagged: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    planted: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)

    def add(self, case: Case, flagged: Sequence[tuple[int, int]]) -> None:
        """Count a case; claims that the error makes wrong elsewhere count neither way."""
        kind = case.error or "none"
        hits = [span for span in flagged if case.error and _meet(span, case.wrong)]
        rest = [
            span for span in flagged if not any(_meet(span, a) for a in (case.wrong, *case.also))
        ]
        self.flagged[kind] += len(hits) + len(rest)
        self.hits[kind] += len(hits)
        self.planted[kind] += bool(case.error)
        self.caught[kind] += bool(hits)

    def precision(self, kinds: Sequence[str]) -> float:
        return _share(sum(self.hits[k] for k in kinds), sum(self.flagged[k] for k in kinds))

    def recall(self, kinds: Sequence[str]) -> float:
        return _share(sum(self.caught[k] for k in kinds), sum(self.planted[k] for k in kinds))


def measure(check: Check, count: int, source: str) -> tuple[Score, list[Case]]:
    """The score on `count` fixed reports of a source, and the reports that were misjudged."""
    score, misjudged = Score(), []
    for case in cases(count, source):
        boxes = [Box(f.label, s) for f in case.found for s in f.scores]
        flagged = [claim.span for claim in check(case.text, boxes) if not claim.supported]
        before = (score.flagged.total() - score.hits.total(), score.caught.total())
        score.add(case, flagged)
        after = (score.flagged.total() - score.hits.total(), score.caught.total())
        if after[0] > before[0] or (case.error and after[1] == before[1]):
            misjudged.append(case)
    return score, misjudged


def table(check: Check, count: int) -> Iterator[str]:
    """Markdown: precision and recall by source and by kind of error."""
    scores = {source: measure(check, count, source)[0] for source in SOURCES}
    every = ("none", *ERRORS)
    yield "| planted | " + " | ".join(f"{s}: precision | recall" for s in SOURCES) + " |"
    yield "|---" * (2 * len(SOURCES) + 1) + "|"
    for kind in ("all", *every):
        cells = []
        for score in scores.values():
            kinds = every if kind == "all" else (kind,)
            if kind == "none":
                cells += [f"{score.flagged[kind]} wrong flags", ""]
            else:
                cells += [f"{score.precision(kinds):.3f}", f"{score.recall(kinds):.3f}"]
        yield f"| {kind} | " + " | ".join(cells) + " |"


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _meet(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] < b[1] and b[0] < a[1]
