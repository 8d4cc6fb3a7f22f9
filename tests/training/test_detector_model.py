from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from tests.training.conftest import ROOT
from training.detector import measure
from training.detector.predict import Detector
from training.detector.samples import check_sample
from training.detector.vocabulary import vocabulary
from training.sample_scenes import samples

THRESHOLD = 0.42


def test_every_weight_of_the_detector_is_in_its_file(detector: Detector) -> None:
    assert not detector.report["missing_keys"]
    assert not detector.report["unexpected_keys"]
    assert not detector.report["mismatched_keys"]


def test_the_detector_reads_the_words_it_was_trained_on(detector: Detector) -> None:
    assert detector.processor.tokenizer.get_vocab() == vocabulary()


def test_average_precision_stays_above_its_floor(detector: Detector) -> None:
    books = measure.tally(detector, measure.scenes(40, measure.TEST), measure.pairs)
    assert books.average_precision() >= 0.85


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
