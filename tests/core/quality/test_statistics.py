"""The advised cut on a table worked out by hand, and its intervals."""

import numpy as np
import pytest

from core.quality.statistics import Judged, advised_cut, analysed, precision_from
from core.quality.types import LEAST_KEPT

# Score, right, wrong; beside them, by hand: boxes from here on, right ones, precision.
TABLE = (
    (0.95, 6, 0),  # 6, 6: too few boxes to say
    (0.90, 4, 0),  # 10, 10: 1.000
    (0.80, 4, 1),  # 15, 14: .933
    (0.70, 4, 1),  # 20, 18: .900
    (0.60, 2, 3),  # 25, 20: .800
    (0.50, 9, 1),  # 35, 29: .829
    (0.40, 1, 4),  # 40, 30: .750
)


def boxes(times: int = 1, *, together: int = 1) -> Judged:
    """The table's boxes `times` over; `together` of them to a rating."""
    scores = [score for score, right, wrong in TABLE for _ in range((right + wrong) * times)]
    rights = [
        each < right * times for _, right, wrong in TABLE for each in range((right + wrong) * times)
    ]
    ratings = np.arange(len(scores)) // together
    return Judged(np.array(scores), np.array(rights), ratings)


@pytest.mark.parametrize(
    ("wanted", "cut", "kept", "right"),
    [
        (1.0, 0.90, 10, 10),
        (0.95, 0.90, 10, 10),
        (0.93, 0.80, 15, 14),
        (0.90, 0.70, 20, 18),  # exactly .9 is enough
        (0.82, 0.50, 35, 29),  # .829, though it is less at .6
        (0.75, 0.40, 40, 30),
        (0.0, 0.40, 40, 30),
    ],
)
def test_the_lowest_good_cut_is_the_one_worked_out_by_hand(
    wanted: float, cut: float, kept: int, right: int
) -> None:
    found = advised_cut(boxes(), wanted)
    assert found is not None
    assert (found.cut, found.boxes, found.right) == (cut, kept, right)
    assert found.precision == pytest.approx(right / kept)
    assert found.kept == pytest.approx(kept / 40)
    assert found.right_kept == pytest.approx(right / 30)


def test_the_order_of_the_boxes_does_not_matter() -> None:
    given = boxes(together=4)
    order = np.random.default_rng(1).permutation(len(given.scores))
    mixed = Judged(given.scores[order], given.right[order], given.ratings[order] + 700)
    assert analysed(mixed, 0.9) == analysed(given, 0.9)


def test_no_cut_is_good_enough() -> None:
    bad = Judged(np.full(50, 0.5), np.zeros(50, dtype=bool), np.arange(50))
    found, curve = analysed(bad, 0.5)
    assert found is None
    assert [(point.cut, point.precision, point.boxes) for point in curve] == [(0.5, 0.0, 50)]
    few = Judged(np.full(LEAST_KEPT - 1, 0.5), np.ones(LEAST_KEPT - 1, bool), np.arange(9))
    assert analysed(few, 0.5) == (None, ())
    none = Judged(np.array([]), np.array([], bool), np.array([], np.int64))
    assert analysed(none, 0.5) == (None, ())


def test_the_curve_has_every_cut_that_counts() -> None:
    _, curve = analysed(boxes(), 0.9)
    assert [point.cut for point in curve] == [0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert [point.boxes for point in curve] == [40, 35, 25, 20, 15, 10]
    for point in curve:
        assert point.precision == precision_from(boxes(), point.cut)
        assert point.interval.low <= point.precision <= point.interval.high


def test_intervals_narrow_with_more_ratings_and_widen_with_boxes_of_one_rating() -> None:
    few, many = advised_cut(boxes(3), 0.9), advised_cut(boxes(60), 0.9)
    grouped = advised_cut(boxes(60, together=60), 0.9)
    assert few is not None
    assert many is not None
    assert grouped is not None
    assert few.cut == many.cut == grouped.cut

    def width(cut: object) -> float:
        interval = cut.precision_interval  # type: ignore[attr-defined]
        return float(interval.high - interval.low)

    assert width(many) < width(few)
    assert width(many) < width(grouped)
    assert many.interval.low <= 0.7 <= (many.interval.high or 1)


def test_the_interval_has_no_upper_end_where_resamples_find_no_cut() -> None:
    scores = np.repeat((0.9, 0.5), (20, 20))
    right = np.concatenate((np.arange(20) < 18, np.arange(20) < 5))
    found = advised_cut(Judged(scores, right, np.arange(40)), 0.9)
    assert found is not None
    assert (found.cut, found.interval.high) == (0.9, None)


def test_the_precision_interval_agrees_with_the_binomial_spread() -> None:
    """Boxes of ratings of their own: the bootstrap is then that of a share."""
    found = advised_cut(boxes(50), 0.9)
    assert found is not None
    half = 1.96 * (found.precision * (1 - found.precision) / found.boxes) ** 0.5
    assert found.precision_interval.low == pytest.approx(found.precision - half, abs=half / 5)
    assert found.precision_interval.high == pytest.approx(found.precision + half, abs=half / 5)
