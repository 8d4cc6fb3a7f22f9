"""Precision, recall and average precision of boxes against the truth."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from training.detector.predict import Found

Boxes = NDArray[np.float64]
OVERLAPS = tuple(round(0.5 + 0.05 * k, 2) for k in range(10))


def overlap(a: Boxes, b: Boxes) -> Boxes:
    """Overlap over union of every box of ``a`` (n, 4) with every one of ``b`` (m, 4)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = (high - low).clip(0).prod(-1)
    areas = [(x[:, 2] - x[:, 0]) * (x[:, 3] - x[:, 1]) for x in (a, b)]
    return np.asarray(common / (areas[0][:, None] + areas[1][None] - common + 1e-9))


def hits(found: Found, truth: Boxes, phrase: NDArray[np.int64], needed: float) -> NDArray[np.bool_]:
    """Which boxes, best first, meet a true box of their phrase that no better one has taken."""
    right = np.zeros(len(found.score), np.bool_)
    if not len(truth):
        return right
    shares = np.where(found.phrase[:, None] == phrase[None], overlap(found.boxes, truth), 0)
    free = np.ones(len(truth), np.bool_)
    for k, row in enumerate(shares):
        best = int(np.argmax(row * free))
        if free[best] and row[best] >= needed:
            right[k], free[best] = True, False
    return right


@dataclass
class Tally:
    """What was found over many pictures, pooled over all phrases."""

    scores: list[NDArray[np.float64]] = field(default_factory=list)
    right: dict[float, list[NDArray[np.bool_]]] = field(default_factory=dict)
    true: int = 0
    absent: int = 0  # phrases that fit nothing in their picture
    best_absent: list[float] = field(default_factory=list)  # the highest score of each

    def add(self, found: Found, truth: Boxes, phrase: NDArray[np.int64], phrases: int) -> None:
        """Book one picture: its boxes, the true ones with their phrase, how many phrases."""
        self.scores.append(found.score)
        for needed in OVERLAPS:
            self.right.setdefault(needed, []).append(hits(found, truth, phrase, needed))
        self.true += len(truth)
        for k in set(range(phrases)) - set(phrase.tolist()):
            self.absent += 1
            self.best_absent.append(float(found.score[found.phrase == k].max(initial=0.0)))

    def average_precision(self, needed: float = 0.5) -> float:
        """Area under the precision-recall curve, precision made falling, 101 recalls."""
        scores, right = np.concatenate(self.scores), np.concatenate(self.right[needed])
        right = right[np.argsort(-scores, kind="stable")]
        recall = right.cumsum() / max(1, self.true)
        precision = right.cumsum() / np.arange(1, len(right) + 1)
        precision = np.maximum.accumulate(precision[::-1])[::-1]
        at = np.searchsorted(recall, np.linspace(0, 1, 101))
        return float(np.append(precision, 0.0)[at].mean())

    def strict(self) -> float:
        """Average precision over overlaps from 0.5 to 0.95."""
        return float(np.mean([self.average_precision(needed) for needed in OVERLAPS]))

    def at(self, threshold: float) -> tuple[float, float]:
        """Precision and recall of the boxes above a threshold."""
        kept = np.concatenate(self.scores) >= threshold
        right = int(np.concatenate(self.right[0.5])[kept].sum())
        return right / max(1, int(kept.sum())), right / max(1, self.true)

    def absent_answered(self, threshold: float) -> float:
        """The share of absent phrases that got a box all the same."""
        return float(np.mean(np.array(self.best_absent) >= threshold)) if self.absent else 0.0

    def best_threshold(self) -> float:
        """The threshold of the best balance of precision and recall."""
        options = np.arange(0.2, 0.8, 0.01)
        balance = [2 * p * r / max(1e-9, p + r) for p, r in map(self.at, options)]
        return round(float(options[int(np.argmax(balance))]), 2)
