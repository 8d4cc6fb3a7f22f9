"""How strict raters are: an additive model over runs that several rated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from scipy.sparse.csgraph import connected_components
from scipy.stats import t as student

from core.raters.types import Severity
from core.review.types import Interval

FAR = 2
"""Stars by which two ratings of a run disagree."""


@dataclass(frozen=True)
class RaterPair:
    """What two people's ratings of the same runs add up to; y and z are their ratings of one run.

    `weight` is the sum of 1/n over the runs both rated, n being the ratings of the run;
    `difference` that of (y - z)/n, and `squares` that of (y - z)²/n. `far`: runs on which the two
    differ by `FAR` or more.
    """

    one: UUID
    other: UUID
    runs: int
    far: int
    weight: float
    difference: float
    squares: float


def severities(pairs: Sequence[RaterPair], ratings: int, runs: int) -> Mapping[UUID, Severity]:
    """The severity of everybody who shares a run, by least squares.

    The model is rating = run + rater + error, the two-way layout without interaction, with unequal
    numbers (S. R. Searle, "Linear Models for Unbalanced Data", Wiley 1987, chapter 4). With the
    runs eliminated, sums over pairs of raters are all that it needs: the squares within a run of n
    ratings are the sum over its pairs of (y - z)²/n. Among raters linked by common runs the effects
    add up to 0, so 0 is the average rater of the group. Intervals are of Student's t for the
    residual variance.

    Parameters
    ----------
    ratings, runs : of all runs that two or more people rated.
    """
    people = sorted({each.one for each in pairs} | {each.other for each in pairs})
    if not people:
        return {}
    place = {person: index for index, person in enumerate(people)}
    normal, moved = np.zeros((len(people), len(people))), np.zeros(len(people))
    shared = np.zeros(len(people), dtype=np.int64)
    for each in pairs:
        one, other = place[each.one], place[each.other]
        normal[one, other] = normal[other, one] = -each.weight
        normal[one, one] += each.weight
        normal[other, other] += each.weight
        moved[one] += each.difference
        moved[other] -= each.difference
        shared[[one, other]] += each.runs
    groups, group = connected_components(normal != 0, directed=False)
    inverse = np.linalg.pinv(normal, hermitian=True)
    effects = inverse @ moved
    freedom = ratings - runs - (len(people) - groups)
    left = sum(each.squares for each in pairs) - float(effects @ moved)
    errors = None
    if freedom > 0:
        spread = max(0.0, left) / freedom
        errors = student.ppf(0.975, freedom) * np.sqrt(spread * np.diag(inverse).clip(min=0))
    return {
        person: Severity(
            value=-float(effects[index]),
            interval=None if errors is None else _around(-effects[index], errors[index]),
            runs=int(shared[index]),
            group=int(group[index]),
        )
        for person, index in place.items()
    }


def _around(value: float, error: float) -> Interval:
    return Interval(float(value - error), float(value + error))
