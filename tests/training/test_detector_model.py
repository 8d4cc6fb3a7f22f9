from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from tests.training.conftest import ROOT
from training.detector import measure
from training.detector.predict import Detector, shipped_threshold
from training.detector.samples import check_sample
from training.detector.vocabulary import vocabulary
from training.sample_scenes import samples

THRESHOLD = shipped_threshold()

#: Least AP50 and AP50:95 on 24 fixed scenes: what the shipped weights reach there, less what
#: another processor's rounding may cost.
FLOORS = {
    "held-out scenes, trained pairs": (0.955, 0.685),
    "pairs never trained": (0.9, 0.685),
    "half resolution": (0.945, 0.675),
    "double resolution": (0.955, 0.69),
    "four times the resolution": (0.955, 0.69),
    "padded to 3:1": (0.95, 0.665),
    "a renderer never trained": (0.945, 0.66),
}


def test_every_weight_of_the_detector_is_in_its_file(detector: Detector) -> None:
    assert not detector.report["missing_keys"]
    assert not detector.report["unexpected_keys"]
    assert not detector.report["mismatched_keys"]


def test_the_detector_reads_the_words_it_was_trained_on(detector: Detector) -> None:
    assert detector.processor.tokenizer.get_vocab() == vocabulary()


@pytest.fixture(scope="module")
def gates() -> dict[str, tuple[list[measure.Scene], measure.PhrasesFor]]:
    return measure.gates(24)


@pytest.mark.parametrize(("gate", "floor"), FLOORS.items())
def test_average_precision_stays_above_its_floor(
    detector: Detector,
    gates: dict[str, tuple[list[measure.Scene], measure.PhrasesFor]],
    gate: str,
    floor: tuple[float, float],
) -> None:
    books = measure.tally(detector, *gates[gate])
    assert books.average_precision() >= floor[0]
    assert books.strict() >= floor[1]


def test_the_default_threshold_finds_most_and_invents_little(
    detector: Detector, gates: dict[str, tuple[list[measure.Scene], measure.PhrasesFor]]
) -> None:
    books = measure.tally(detector, *gates["held-out scenes, trained pairs"])
    precision, recall = books.at(THRESHOLD)
    assert precision >= 0.92
    assert recall >= 0.93
    assert books.absent_answered(THRESHOLD) <= 0.02


@pytest.mark.parametrize("size", [(64, 64), (640, 480), (2000, 700)])
def test_a_red_circle_is_found_at_any_resolution(detector: Detector, size: tuple[int, int]) -> None:
    image = Image.new("RGB", size, "white")
    side = min(size) * 0.6
    ImageDraw.Draw(image).ellipse(
        [side * 0.2, side * 0.2, side * 1.2, side * 1.2], fill=(220, 30, 30)
    )
    found = detector.find(image, ["red circle", "blue star"]).above(THRESHOLD)
    assert found.phrase.tolist() == [0]


def test_most_objects_of_the_sample_pictures_are_found(detector: Detector) -> None:
    results = [check_sample(detector, s, ROOT / "ui" / "samples", THRESHOLD) for s in samples()]
    meant, found = sum(r.meant for r in results), sum(r.found for r in results)
    assert found >= 0.8 * meant
