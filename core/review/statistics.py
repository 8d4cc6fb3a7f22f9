"""Intervals for what is counted."""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

from scipy.special import stdtrit

from core.review.types import Interval


def wilson(positive: int, n: int, confidence: float = 0.95) -> Interval | None:
    """Wilson's score interval for a proportion, both ends 0 to 1; None where `n` is 0.

    With p = positive / n and z the normal quantile of the confidence, the interval is
    (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n), without continuity correction:
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    JASA 22 (1927) 209-212; method 3 of R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872.
    """
    if n == 0:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = positive / n
    scale = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / scale
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / scale
    return Interval(low=max(0.0, centre - half), high=min(1.0, centre + half))


def mean_interval(by_rating: Sequence[int], confidence: float = 0.95) -> Interval | None:
    """Student's interval for the mean of ratings of 1, 2, 3 and so on, of which there are so many.

    mean ± t s / √n with n - 1 degrees of freedom (Student, "The probable error of a mean",
    Biometrika 6 (1908) 1-25), cut off at the lowest and the highest rating. None where fewer than
    two, or only equal ratings, tell nothing of their spread.
    """
    n = sum(by_rating)
    total = sum(rating * count for rating, count in enumerate(by_rating, start=1))
    squares = sum(rating * rating * count for rating, count in enumerate(by_rating, start=1))
    if n < 2 or n * squares == total * total:
        return None
    variance = (n * squares - total * total) / (n * (n - 1))
    half = float(stdtrit(n - 1, (1 + confidence) / 2)) * sqrt(variance / n)
    mean = total / n
    return Interval(low=max(1.0, mean - half), high=min(float(len(by_rating)), mean + half))
