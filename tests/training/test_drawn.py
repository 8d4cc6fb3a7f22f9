from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from training.detector.predict import Detector, Found, shipped_threshold
from training.detector.samples import means
from training.domain import COLOUR_NAMES, FILLS, SHAPES
from training.drawn import FOLDER, Drawn, check_drawn, drawn
from training.samples import Truth

PICTURES = drawn()
COUNTS = ("meant", "found", "wrong")
each_picture = pytest.mark.parametrize("picture", PICTURES, ids=lambda p: p.title)


class Knowing(Detector):
    """Answers with the true boxes under the first phrase that fits, and with `extra` ones."""

    def __init__(self, picture: Drawn, extra: int = 0) -> None:
        self.picture, self.extra = picture, extra

    def find(self, image: Image.Image, phrases: list[str]) -> Found:
        fits = [
            ([k for k, p in enumerate(phrases) if means(p, t, image.size)], t.box)
            for t in self.picture.truths
        ]
        known = [(numbers[0], box) for numbers, box in fits if numbers]
        known += [(0, (0.0, 0.0, 1.0, 1.0))] * self.extra
        return Found(
            np.array([box for _, box in known]),
            np.array([number for number, _ in known]),
            np.ones(len(known)),
        )


def test_the_list_names_the_ten_pictures_that_are_there() -> None:
    assert [p.file for p in PICTURES] == sorted(f.name for f in FOLDER.glob("*.png"))
    assert len(PICTURES) == 10


@each_picture
def test_a_picture_is_small_and_its_true_boxes_lie_in_it(picture: Drawn) -> None:
    path = FOLDER / picture.file
    assert path.stat().st_size <= 100_000
    with Image.open(path) as image:
        width, height = image.size
    for truth in picture.truths:
        assert truth.shape in SHAPES
        assert truth.colour in COLOUR_NAMES
        assert truth.fill in FILLS
        x0, y0, x1, y1 = truth.box
        assert 0 <= x0 < x1 <= width
        assert 0 <= y0 < y1 <= height


@each_picture
def test_a_picture_is_asked_for_what_is_there_and_for_what_is_not(picture: Drawn) -> None:
    with Image.open(FOLDER / picture.file) as image:
        size = image.size
    phrases = [p.strip() for p in picture.phrases.split(".") if p.strip()]
    there = [any(means(p, t, size) for t in picture.truths) for p in phrases]
    assert there.count(True) >= 3
    assert there.count(False) in (1, 2)


@each_picture
def test_a_detector_that_knows_the_truth_finds_all_and_nothing_else(picture: Drawn) -> None:
    result = check_drawn(Knowing(picture), picture, 0.5)
    assert (result.missed, result.wrong) == (0, 0)
    assert result.found == result.meant > 0


def test_boxes_around_nothing_are_counted_as_wrong() -> None:
    result = check_drawn(Knowing(PICTURES[0], extra=2), PICTURES[0], 0.5)
    assert (result.missed, result.wrong) == (0, 2)


def test_boxes_below_the_threshold_do_not_count() -> None:
    result = check_drawn(Knowing(PICTURES[0]), PICTURES[0], 1.1)
    assert (result.found, result.missed) == (0, 4)


def test_the_shipped_detector_finds_most_of_what_is_painted(detector: Detector) -> None:
    results = [check_drawn(detector, picture, shipped_threshold()) for picture in PICTURES]
    meant, found, wrong = (sum(getattr(r, key) for r in results) for key in COUNTS)
    assert found >= 0.7 * meant
    assert wrong <= 0.15 * meant


def test_other_words_for_a_thing_mean_it_too_but_not_parts_of_them() -> None:
    oval = Truth("circle", "grey", "outlined", (0, 0, 10, 10))
    assert all(means(p, oval, (200, 100)) for p in ("gray oval", "tiny disc", "hollow thing"))
    half = Truth("semicircle", "grey", "solid", (0, 0, 40, 40))
    assert not means("circle", half, (200, 100))
    assert means("large semicircle", half, (200, 100))
