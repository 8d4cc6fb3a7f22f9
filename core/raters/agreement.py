"""How far raters agree: Krippendorff's alpha over counts, with missing ratings.

Runs that were rated alike are one pattern: how often each of the five ratings was given. All that
alpha needs of a million ratings are the patterns and how many runs have each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.review.types import Interval

RESAMPLES = 2000
_SEED = 20261129
_LEAST_RUNS = 2
"""An interval over fewer would say that nothing can differ."""

Floats = NDArray[np.float64]
Pattern = tuple[int, ...]
"""How many raters gave a run the rating 1, 2, 3, 4 and 5."""


class Level(StrEnum):
    """What a difference of two ratings counts."""

    NOMINAL = "nominal"
    """1, whatever the two are."""
    ORDINAL = "ordinal"
    """As many ratings as lie between them."""
    INTERVAL = "interval"
    """As the numbers differ."""


@dataclass(frozen=True)
class Agreement:
    """`alpha` is 1 where all agree and 0 where they do so by chance; it can be below.

    None where it is not defined: no run has two ratings, or all ratings are the same. `runs` have
    two or more ratings, `ratings` in all. `interval` at 95 %; None where it is not defined.
    """

    alpha: float | None
    interval: Interval | None
    runs: int
    ratings: int


def agreement(patterns: Mapping[Pattern, int], level: Level = Level.ORDINAL) -> Agreement:
    """Alpha over runs by pattern, with a percentile interval over resampled runs.

    Each of `RESAMPLES` resamples draws as many runs as there are, with replacement; to draw runs
    is to draw how many of each pattern there are. Resampling units: A. Zapf, S. Castell,
    L. Morawietz, A. Karch, "Measuring inter-rater reliability for nominal data", BMC Medical
    Research Methodology 16 (2016) 93. The seed is fixed: the same ratings give the same interval.
    """
    pairable = [(pattern, runs) for pattern, runs in sorted(patterns.items()) if sum(pattern) > 1]
    if not pairable:
        return Agreement(None, None, 0, 0)
    counts = np.array([pattern for pattern, _ in pairable], dtype=np.float64)
    runs = np.array([each for _, each in pairable], dtype=np.int64)
    pairs = _coincidences(counts)
    total = int(runs.sum())
    alpha = _alphas(runs[None, :] @ pairs, counts.shape[1], level)[0]
    interval = None
    if total >= _LEAST_RUNS and np.isfinite(alpha):
        draws = np.random.default_rng(_SEED).multinomial(total, runs / total, size=RESAMPLES)
        resampled = _alphas(draws @ pairs, counts.shape[1], level)
        resampled = resampled[np.isfinite(resampled)]
        low, high = np.percentile(resampled, (2.5, 97.5))
        interval = Interval(float(low), float(high))
    return Agreement(
        alpha=float(alpha) if np.isfinite(alpha) else None,
        interval=interval,
        runs=total,
        ratings=int((counts.sum(axis=1) * runs).sum()),
    )


def patterns_of(ratings: Sequence[Sequence[int | None]], values: int) -> dict[Pattern, int]:
    """Patterns of a table with a row for each rater and a column for each unit; None is missing.

    Ratings are 1 to `values`.
    """
    patterns: dict[Pattern, int] = {}
    for unit in zip(*ratings, strict=True):
        pattern = tuple(unit.count(value) for value in range(1, values + 1))
        patterns[pattern] = patterns.get(pattern, 0) + 1
    return patterns


def _coincidences(counts: Floats) -> Floats:
    """What one run of each pattern adds to the coincidence matrix, (pattern, value * value).

    Each ordered pair of ratings of a run counts 1 / (its ratings - 1).
    """
    values = counts.shape[1]
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs[:, range(values), range(values)] -= counts
    pairs /= (counts.sum(axis=1) - 1)[:, None, None]
    return pairs.reshape(len(counts), values * values)


def _alphas(observed: Floats, values: int, level: Level) -> Floats:
    """Alpha of each coincidence matrix, (matrix, value * value); not a number where undefined.

    1 - D_o / D_e with D_o the sum of o_ck d_ck and D_e that of n_c n_k d_ck / (n - 1), c < k, for
    coincidences o, their margins n and squared differences d: K. Krippendorff, "Computing
    Krippendorff's Alpha-Reliability" (2011), section D; of ordinal values,
    d_ck = (n_c/2 + n_c+1 + ... + n_k/2)², which is the difference of their middle ranks.
    """
    matrices = observed.reshape(-1, values, values)
    margins = matrices.sum(axis=2)
    places = np.broadcast_to(np.arange(values, dtype=np.float64), margins.shape)
    if level is Level.ORDINAL:
        places = margins.cumsum(axis=1) - margins / 2
    distances = (places[:, :, None] - places[:, None, :]) ** 2
    if level is Level.NOMINAL:
        distances = (distances > 0).astype(np.float64)
    expected = margins[:, :, None] * margins[:, None, :] / (margins.sum(axis=1) - 1)[:, None, None]
    seen, chance = (matrices * distances).sum(axis=(1, 2)), (expected * distances).sum(axis=(1, 2))
    alphas: Floats = np.full(len(seen), np.nan)
    np.divide(chance - seen, chance, out=alphas, where=chance > 0)
    return alphas
