"""Intervals for what is counted."""

from math import sqrt
from statistics import NormalDist

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
