"""What a detector found, as the writer is told it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from training.writer.words import label, plural

NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen", "twenty",
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One kind of object: how many, and their scores in falling order (or none at all)."""

    label: str
    count: int
    scores: tuple[float, ...] = ()

    def counted(self, words: bool) -> str:
        """Such as "three red circles"."""
        number = NUMBERS[self.count] if words and self.count < len(NUMBERS) else str(self.count)
        return f"{number} {self.label if self.count == 1 else plural(self.label)}"


def sample(
    rng: random.Random, name: Callable[[random.Random], str] = label,
    weights: Sequence[float] = (3, 4, 4, 2, 1),
) -> list[Finding]:  # fmt: skip
    """One to five kinds, as often as the weights say, one to nine of each; sometimes scores."""
    kinds = rng.choices((1, 2, 3, 4, 5), weights)[0]
    labels = distinct(rng, kinds, name)
    scored = rng.random() < 0.3
    found = []
    for wanted in labels:
        count = rng.choices(range(1, 10), (8, 6, 5, 3, 2, 1.5, 1, 1, 1))[0]
        if scored:
            count = min(count, 4)
        scores = sorted((rng.randint(31, 99) / 100 for _ in range(count)), reverse=True)
        found.append(Finding(wanted, count, tuple(scores) if scored else ()))
    return found


def distinct(
    rng: random.Random, kinds: int, name: Callable[[random.Random], str]
) -> list[str]:  # fmt: skip
    """Labels of which none is part of another."""
    labels: list[str] = []
    while len(labels) < kinds:
        new = name(rng)
        if all(new not in old and old not in new for old in labels):
            labels.append(new)
    return labels


def headline(found: list[Finding]) -> str:
    """The findings as the prompt states them."""
    if not found:
        return "Findings: none."
    parts = []
    for f in found:
        scores = f" ({', '.join(f'{s:.2f}' for s in f.scores)})" if f.scores else ""
        parts.append(f"{f.count} {f.label}{scores}")
    return f"Findings: {'; '.join(parts)}."


def total(found: list[Finding]) -> int:
    """How many objects in all."""
    return sum(f.count for f in found)


def surest(found: list[Finding]) -> Finding | None:
    """The kind with the highest score, when scores are given and no other kind shares it."""
    ranked = sorted((f for f in found if f.scores), key=lambda f: f.scores[0], reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0].scores[0] == ranked[1].scores[0]):
        return None
    return ranked[0]
