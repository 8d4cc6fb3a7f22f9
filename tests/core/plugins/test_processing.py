"""Boxes that post-processors give are boxes of the picture, or refused."""

import math
from dataclasses import replace

import pytest

from core.detection.types import Box, Detection, ImageInfo
from core.plugins.processing import checked, places
from core.plugins.running import Refused

IMAGE = ImageInfo("00", "image/png", 100, 50)
GOOD = Detection("cat", 0.5, Box(1, 2, 30, 40))


def test_what_is_right_is_kept_in_its_order() -> None:
    other = replace(GOOD, label="dog")
    assert checked(iter([other, GOOD]), IMAGE) == (other, GOOD)


@pytest.mark.parametrize(
    "wrong",
    [
        "cat",
        replace(GOOD, label=""),
        replace(GOOD, score=1.5),
        replace(GOOD, score=math.nan),
        replace(GOOD, box=Box(1, 2, math.inf, 40)),
        replace(GOOD, box=Box(30, 2, 1, 40)),
        replace(GOOD, box=Box(1, 2, 300, 40)),
    ],
)
def test_what_is_no_box_of_the_picture_is_refused(wrong: object) -> None:
    with pytest.raises(Refused):
        checked([GOOD, wrong], IMAGE)


def test_a_box_is_known_again_by_its_place_and_each_place_is_given_once() -> None:
    raw = (GOOD, replace(GOOD, label="dog"), GOOD)
    made = (GOOD, replace(GOOD, score=0.4), GOOD, GOOD)
    assert places(made, raw) == (0, None, 2, None)
