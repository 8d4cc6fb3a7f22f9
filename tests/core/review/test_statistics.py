"""Intervals against published examples, and against a library."""

import pytest
from scipy.stats import binomtest, t, tmean, tstd

from core.review.statistics import mean_interval, wilson


@pytest.mark.parametrize(
    ("positive", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_equals_newcombes_examples(positive: int, n: int, low: float, high: float) -> None:
    """R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3."""
    interval = wilson(positive, n)
    assert interval is not None
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@pytest.mark.parametrize(("positive", "n"), [(0, 1), (1, 1), (7, 9), (812, 1000), (10, 10)])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_wilson_equals_a_well_kept_library(positive: int, n: int, confidence: float) -> None:
    expected = binomtest(positive, n).proportion_ci(confidence, method="wilson")
    interval = wilson(positive, n, confidence)
    assert interval is not None
    assert interval.low == pytest.approx(expected.low, abs=1e-9)
    assert interval.high == pytest.approx(expected.high, abs=1e-9)


def test_nothing_counted_has_no_interval() -> None:
    assert wilson(0, 0) is None


@pytest.mark.parametrize("by_rating", [(3, 1, 0, 2, 5), (0, 0, 1, 0, 1), (10, 200, 3000, 900, 80)])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_the_means_interval_equals_a_well_kept_library(
    by_rating: tuple[int, ...], confidence: float
) -> None:
    ratings = [rating for rating, n in enumerate(by_rating, start=1) for _ in range(n)]
    error = tstd(ratings) / len(ratings) ** 0.5
    low, high = t.interval(confidence, len(ratings) - 1, tmean(ratings), error)
    interval = mean_interval(by_rating, confidence)
    assert interval is not None
    assert interval.low == pytest.approx(max(1, low))
    assert interval.high == pytest.approx(min(5, high))


@pytest.mark.parametrize("by_rating", [(0, 0, 0, 0, 0), (0, 0, 0, 1, 0), (0, 0, 0, 0, 9)])
def test_a_mean_without_spread_has_no_interval(by_rating: tuple[int, ...]) -> None:
    assert mean_interval(by_rating) is None
