"""From judged boxes to the lowest cut of wanted precision, with bootstrap intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.quality.types import LEAST_KEPT, CurvePoint, Cut, CutInterval
from core.review.types import Interval

RESAMPLES = 2000
_SEED = 20261129
_CURVE_POINTS = 100
_CHUNK = 4_000_000
"""Boxes drawn at once, to bound the memory."""
_EPSILON = 1e-9
"""So that 9 of 10 reach .9, whatever the last bit says."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Judged:
    """Boxes of one phrase, each with its score, whether it is right, and the rating it is of."""

    scores: Floats
    right: NDArray[np.bool_]
    ratings: Ints
    """Any number for each rating; those of one rating are drawn together."""


@dataclass(frozen=True)
class _Steps:
    """Every observed score as a cut, the highest first, and what lies at or above each."""

    cuts: Floats
    ends: Ints
    boxes: Ints
    right: Ints


def advised_cut(judged: Judged, wanted: float) -> Cut | None:
    """The lowest observed score at which the precision of all boxes from there on is `wanted`.

    Precision is right over judged. A cut counts with `LEAST_KEPT` boxes at or above it; equal
    scores stand or fall together. None where no cut is good enough.

    Intervals are percentiles of `RESAMPLES` resamples, each of as many ratings as there are, drawn
    with replacement with all of their boxes: boxes of one picture resemble each other (the cluster
    bootstrap of A. C. Davison, D. V. Hinkley, "Bootstrap Methods and their Application", 1997,
    section 3.8). The seed is fixed: the same verdicts give the same advice.
    """
    return analysed(judged, wanted)[0]


def analysed(judged: Judged, wanted: float) -> tuple[Cut | None, tuple[CurvePoint, ...]]:
    """The advised cut, and the precision over the cuts, thinned out, the lowest first."""
    judged = _by_score(judged)
    steps = _steps(judged)
    places = np.flatnonzero(steps.boxes >= LEAST_KEPT)
    if not len(places):
        return None, ()
    place = _lowest(steps.boxes[None, :], steps.right[None, :], wanted)[0]
    shown = places[np.unique(np.linspace(0, len(places) - 1, _CURVE_POINTS).round().astype(int))]
    wanted_places = np.append(shown, max(place, 0))
    cuts, precisions = _resampled(judged, steps, wanted, wanted_places)
    curve = tuple(
        CurvePoint(
            cut=float(steps.cuts[each]),
            precision=float(steps.right[each] / steps.boxes[each]),
            interval=_interval(precisions[:, number]),
            kept=float(steps.boxes[each] / len(judged.scores)),
            boxes=int(steps.boxes[each]),
        )
        for number, each in reversed(list(enumerate(shown)))
    )
    if place < 0:
        return None, curve
    boxes, right = int(steps.boxes[place]), int(steps.right[place])
    low, high = np.quantile(cuts, (0.025, 0.975), method="inverted_cdf")
    advised = Cut(
        cut=float(steps.cuts[place]),
        interval=CutInterval(float(low), float(high) if np.isfinite(high) else None),
        precision=right / boxes,
        precision_interval=_interval(precisions[:, -1]),
        boxes=boxes,
        right=right,
        kept=boxes / len(judged.scores),
        right_kept=right / int(judged.right.sum()),
    )
    return advised, curve


def precision_from(judged: Judged, cut: float) -> float | None:
    """Of the boxes scored `cut` or better; None where there are none."""
    kept = judged.right[judged.scores >= cut]
    return float(kept.mean()) if len(kept) else None


def _by_score(judged: Judged) -> Judged:
    """The highest score first; ratings numbered from 0, in an order of the data's own."""
    order = np.lexsort((judged.ratings, judged.right, -judged.scores))
    _, first, ratings = np.unique(judged.ratings[order], return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return Judged(judged.scores[order], judged.right[order], rank[ratings])


def _steps(judged: Judged) -> _Steps:
    scores = judged.scores
    ends = np.flatnonzero(np.append(scores[1:] != scores[:-1], True)) if len(scores) else scores
    ends = ends.astype(np.int64)
    return _Steps(scores[ends], ends, ends + 1, judged.right.cumsum(dtype=np.int64)[ends])


def _lowest(boxes: Ints, right: Ints, wanted: float) -> Ints:
    """In each row the last place that is good enough; -1 where none is."""
    good = (boxes >= LEAST_KEPT) & (right >= wanted * boxes - _EPSILON)
    last = boxes.shape[1] - 1 - good[:, ::-1].argmax(axis=1)
    return np.where(good.any(axis=1), last, -1)


def _resampled(judged: Judged, steps: _Steps, wanted: float, places: Ints) -> tuple[Floats, Floats]:
    """The advised cut of each resample, infinite where it has none; and its precision at `places`,
    not a number where nothing is left there."""
    draw = np.random.default_rng(_SEED)
    ratings, boxes = int(judged.ratings.max()) + 1, len(judged.scores)
    cuts = np.append(steps.cuts, np.inf)  # so that place -1 is infinite
    found, precisions = np.empty(RESAMPLES), np.empty((RESAMPLES, len(places)))
    size = max(1, _CHUNK // max(boxes, ratings))
    for start in range(0, RESAMPLES, size):
        number = min(size, RESAMPLES - start)
        times = _times(draw, number, ratings)[:, judged.ratings]
        kept = times.cumsum(axis=1, dtype=np.int32)[:, steps.ends]
        right = (times * judged.right).cumsum(axis=1, dtype=np.int32)[:, steps.ends]
        rows = slice(start, start + number)
        found[rows] = cuts[_lowest(kept, right, wanted)]
        with np.errstate(invalid="ignore"):
            precisions[rows] = right[:, places] / kept[:, places]
    return found, precisions


def _times(draw: np.random.Generator, resamples: int, ratings: int) -> NDArray[np.int32]:
    """How often each rating is drawn, in each resample."""
    drawn = draw.integers(ratings, size=(resamples, ratings))
    drawn += np.arange(resamples)[:, None] * ratings
    counts = np.bincount(drawn.ravel(), minlength=resamples * ratings)
    return counts.reshape(resamples, ratings).astype(np.int32)


def _interval(values: Floats) -> Interval:
    low, high = np.nanpercentile(values, (2.5, 97.5))
    return Interval(float(low), float(high))
