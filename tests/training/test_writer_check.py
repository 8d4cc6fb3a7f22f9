from __future__ import annotations

import random
from dataclasses import replace

import pytest

from training.writer.check import is_true
from training.writer.findings import Finding
from training.writer.reports import example

FOUND = (Finding("red circle", 3, (0.9, 0.8, 0.7)), Finding("blue star", 1, (0.6,)))


@pytest.mark.parametrize("held_out", [False, True])
def test_every_generated_report_is_true_of_its_findings(held_out: bool) -> None:
    rng = random.Random(1)  # noqa: S311
    for _ in range(150):
        one = example(rng, held_out, "report")
        assert is_true(one.answer, one.found), one


def test_a_wrong_count_is_never_true() -> None:
    rng = random.Random(2)  # noqa: S311
    for _ in range(150):
        one = example(rng, kind="report")
        if one.found:
            wrong = replace(one.found[0], count=one.found[0].count % 9 + 1)
            assert not is_true(one.answer, (wrong, *one.found[1:])), one


@pytest.mark.parametrize(
    "text",
    [
        "The image shows three red circles.",  # one kind left out
        "The image shows three red circles and one blue star. There are 5 objects altogether.",
        "The image shows three red circles, one blue star and one green cat.",
        "The image shows three red circles and one blue star. "
        "The most certain detection is a blue star at 0.60.",
    ],
)
def test_what_does_not_follow_is_not_true(text: str) -> None:
    assert not is_true(text, FOUND)


def test_what_follows_is_true() -> None:
    said = "The image shows three red circles and one blue star. There are 4 objects altogether."
    assert is_true(said, FOUND)
