"""Precision and recall on planted errors; `python -m bench.claims` prints the whole tables."""

import pytest

from core.generation.claims import check
from training.claims.measure import measure
from training.claims.planting import ERRORS

# source: floors of precision and recall
_FLOORS = {"writer": (0.98, 0.98), "other models": (0.98, 0.97), "held out": (0.97, 0.95)}


@pytest.mark.parametrize("source", _FLOORS)
def test_planted_errors_are_flagged_and_little_else(source: str) -> None:
    score, misjudged = measure(check, 200, source)

    every = ("none", *ERRORS)
    figures = score.precision(every), score.recall(every)
    assert all(a >= b for a, b in zip(figures, _FLOORS[source], strict=True)), misjudged[:5]
