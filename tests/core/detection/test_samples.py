"""The shipped sample pictures, asked what stands beside them."""

import tomllib

import pytest

from core.config import ROOT, Settings
from core.detection.images import decode
from core.detection.prompt import parse
from core.detection.types import FLOOR, above
from core.inference.registry import ModelRegistry
from core.inference.types import DetectorRequest

SAMPLES = ROOT / "ui" / "samples"


@pytest.fixture(scope="module")
def samples() -> list[dict[str, str]]:
    listed: list[dict[str, str]] = tomllib.loads((SAMPLES / "samples.toml").read_text("utf-8"))[
        "sample"
    ]
    return listed


def test_most_samples_show_objects_at_the_models_own_threshold(
    samples: list[dict[str, str]], detectors: ModelRegistry, settings: Settings
) -> None:
    info, detector = detectors.detector()
    shown = 0
    for sample in samples:
        image = decode((SAMPLES / sample["file"]).read_bytes(), settings)
        phrases = parse(sample["phrases"], settings.max_phrases)
        asked = DetectorRequest(image.picture, image.info.sha256, phrases)
        found = detector.detect(asked).detections
        assert all(d.score >= FLOOR and d.label in phrases for d in found), sample["file"]
        shown += bool(above(found, info.box_threshold))
    assert shown > len(samples) / 2
