"""Alpha on its published example, on a slow computation by definition, and undefined."""

import random
from fractions import Fraction
from itertools import combinations

import pytest

from core.raters.agreement import Agreement, Level, agreement, patterns_of

NA = None
EXAMPLE = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, NA, NA, NA),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NA, 3),
    (NA, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NA),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NA),
)
"""Four observers, twelve units: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability"."""
PUBLISHED = {Level.NOMINAL: 0.743, Level.ORDINAL: 0.815, Level.INTERVAL: 0.849}

Table = tuple[tuple[int | None, ...], ...]


def by_definition(table: Table, level: Level) -> Fraction:
    """Alpha from every pair of ratings, one after the other, in exact fractions."""
    units = [[rating for rating in unit if rating is not None] for unit in zip(*table, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    pairable = [rating for unit in units for rating in unit]

    def difference(one: int, other: int) -> Fraction:
        if level is Level.NOMINAL:
            return Fraction(one != other)
        if level is Level.INTERVAL:
            return Fraction(one - other) ** 2
        low, high = sorted((one, other))
        between = Fraction(sum(low <= rating <= high for rating in pairable))
        return (between - Fraction(pairable.count(low) + pairable.count(high), 2)) ** 2

    def disagreement(ratings: list[int]) -> Fraction:
        pairs = sum((difference(*pair) for pair in combinations(ratings, 2)), Fraction(0))
        return 2 * pairs / (len(ratings) - 1)

    observed = sum((disagreement(unit) for unit in units), Fraction(0))
    return 1 - observed / disagreement(pairable)


def random_table(seed: int) -> Table:
    draw = random.Random(seed)  # noqa: S311
    raters, units = draw.randint(2, 6), draw.randint(2, 30)
    truth = [draw.randint(1, 5) for _ in range(units)]
    rows = tuple(
        tuple(
            None if draw.random() < 0.4 else min(5, max(1, true + draw.choice((-1, 0, 0, 1))))
            for true in truth
        )
        for _ in range(raters)
    )
    first = (1, *rows[0][1:])
    return (first, (5, *rows[1][1:]), *rows[2:])  # so that the ratings are never all alike


@pytest.mark.parametrize("level", Level)
def test_alpha_equals_the_published_example(level: Level) -> None:
    found = agreement(patterns_of(EXAMPLE, 5), level)
    assert found.alpha is not None
    assert round(found.alpha, 3) == PUBLISHED[level]
    assert found.alpha == pytest.approx(float(by_definition(EXAMPLE, level)), abs=1e-12)
    assert (found.runs, found.ratings) == (11, 40)


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("seed", range(20))
def test_alpha_equals_its_definition(level: Level, seed: int) -> None:
    table = random_table(seed)
    found = agreement(patterns_of(table, 5), level)
    assert found.alpha == pytest.approx(float(by_definition(table, level)), abs=1e-9)


def test_the_interval_is_about_alpha_and_always_the_same() -> None:
    found = agreement(patterns_of(EXAMPLE, 5))
    assert found.alpha is not None
    assert found.interval is not None
    assert found.interval.low < found.alpha < found.interval.high <= 1
    assert agreement(patterns_of(EXAMPLE, 5)) == found
    many = agreement({pattern: 100 * n for pattern, n in patterns_of(EXAMPLE, 5).items()})
    assert many.interval is not None
    assert many.interval.low > found.interval.low
    assert many.interval.high < found.interval.high


def test_alpha_is_undefined_without_pairs_or_without_differences() -> None:
    assert agreement({}) == Agreement(None, None, 0, 0)
    assert agreement({(0, 0, 1, 0, 0): 9}) == Agreement(None, None, 0, 0)
    assert agreement({(0, 0, 2, 0, 0): 3}) == Agreement(None, None, 3, 6)


def test_perfect_and_opposite_raters() -> None:
    assert agreement({(2, 0, 0, 0, 0): 5, (0, 0, 0, 0, 2): 5}).alpha == 1
    opposite = agreement({(1, 0, 0, 0, 1): 50}).alpha
    assert opposite is not None
    assert opposite < 0
