"""The bundled detector, and each architecture beside its own processor and model."""

import time
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from PIL import Image
from prometheus_client import REGISTRY

from core.config import ROOT
from core.detection.types import FLOOR, Detection
from core.errors import Invalid
from core.inference.architectures import ARCHITECTURES, detector_for
from core.inference.asked import DetectorLimits, Seen
from core.inference.catalog import read_catalog
from core.inference.framing import extent_of, framed
from core.inference.grounded_text import GroundedText
from core.inference.grounding import GroundedDetector
from core.inference.loader import load_detector
from core.inference.types import ModelEntry
from tests.core.detection.pictures import CIRCLE, SQUARE, scene
from tests.core.inference.checkpoints import DETECTOR, detector_entry
from tests.core.inference.tiny import request


@pytest.fixture(scope="module")
def shapes() -> Iterator[GroundedDetector]:
    loaded = load_detector(detector_entry(DETECTOR), "cpu", tuple(ARCHITECTURES))
    detector = detector_for(loaded, DetectorLimits(queued=64, wait_s=60, feature_bytes=0))
    assert isinstance(detector, GroundedDetector)
    yield detector
    detector.close()


def overlap(found: Detection, edges: tuple[int, int, int, int]) -> float:
    """Intersection over union."""
    box = found.box
    width = min(box.xmax, edges[2]) - max(box.xmin, edges[0])
    height = min(box.ymax, edges[3]) - max(box.ymin, edges[1])
    shared = max(0.0, width) * max(0.0, height)
    own = (box.xmax - box.xmin) * (box.ymax - box.ymin)
    return shared / (own + (edges[2] - edges[0]) * (edges[3] - edges[1]) - shared)


def calls() -> float:
    labels = {"task": "detection", "model": "tested"}
    return REGISTRY.get_sample_value("glimpse_model_calls_total", labels) or 0.0


def test_finds_what_was_asked_where_it_is(shapes: GroundedDetector) -> None:
    (offered, *_) = read_catalog(ROOT / "models.toml")
    assert isinstance(offered, ModelEntry)
    found = shapes.detect(request(scene(), "Red circle", "blue square")).detections
    for label, edges in (("Red circle", CIRCLE), ("blue square", SQUARE)):
        best = next(d for d in found if d.label == label)
        assert overlap(best, edges) > 0.6
        assert best.score >= offered.box_threshold


def test_answers_are_sorted_floored_and_inside_the_picture(shapes: GroundedDetector) -> None:
    answer = shapes.detect(request(scene(), "red circle", "blue square", "object"))
    scores = [d.score for d in answer.detections]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= FLOOR
    for box in (d.box for d in answer.detections):
        assert 0 <= box.xmin < box.xmax <= 400
        assert 0 <= box.ymin < box.ymax <= 300
    assert set(answer.timings_ms) == {"preprocess", "forward", "postprocess"}


def test_all_phrases_cost_one_forward_pass(shapes: GroundedDetector) -> None:
    before = calls()
    shapes.detect(request(scene(), "red circle", "blue square", "green star", "ring"))
    assert calls() == before + 1


def test_reads_phrases_as_the_models_own_processor(shapes: GroundedDetector) -> None:
    phrases = ["Red circle", "a blue square", "striped purple star"]
    theirs = shapes.loaded.processor(images=scene(), text=[phrases], return_tensors="pt")
    ours = shapes.read(phrases)
    for name, tensor in ours.inputs.items():
        assert torch.equal(tensor, theirs[name]), name


def test_scores_are_the_mean_of_each_phrases_own_tokens(shapes: GroundedDetector) -> None:
    phrases = ("red circle", "blue square")
    inputs = shapes.loaded.processor(images=scene(), text=[list(phrases)], return_tensors="pt")
    with torch.no_grad():
        outputs = shapes.loaded.model(**inputs)
    ids = inputs["input_ids"][0].tolist()
    stops = [i for i, token in enumerate(ids) if token == 1012]
    token_scores = outputs.logits[0].sigmoid().numpy()
    columns = [
        token_scores[:, 1 : stops[0]].mean(axis=1),
        token_scores[:, stops[0] + 1 : stops[1]].mean(axis=1),
    ]
    expected = np.sort(np.stack(columns).max(axis=0))[::-1]
    found = shapes.detect(request(scene(), *phrases)).detections
    assert np.allclose([d.score for d in found], expected[: len(found)], atol=1e-5)


@pytest.mark.parametrize("phrase", ["1.5 inch ring", "ring? star", "[SEP] ring", "a.b.c ring"])
def test_separators_inside_a_phrase_stay_inside(shapes: GroundedDetector, phrase: str) -> None:
    text = shapes.read((phrase, "blue square"))
    ids = text.inputs["input_ids"][0].tolist()
    assert text.known == (phrase, "blue square")
    assert ids.count(1012) == 2
    assert ids.count(102) == 1
    assert 1029 not in ids


def test_a_phrase_without_a_known_word_gets_no_box(shapes: GroundedDetector) -> None:
    found = shapes.detect(request(scene(), "圆形", "red circle")).detections
    assert {d.label for d in found} == {"red circle"}
    with pytest.raises(Invalid, match="knows no word of: 圆形, 星形"):
        shapes.detect(request(scene(), "圆形", "星形"))


def test_more_tokens_than_the_model_reads_are_refused(shapes: GroundedDetector) -> None:
    with pytest.raises(Invalid, match="reads at most"):
        shapes.detect(request(scene(), *["red circle"] * 1000))


@pytest.mark.parametrize("size", [(1, 1), (1, 2000), (2000, 1), (3, 2), (33, 1)])
def test_tiny_and_thin_pictures_are_answered(
    shapes: GroundedDetector, size: tuple[int, int]
) -> None:
    picture = Image.new("RGB", size, "red")
    for found in shapes.detect(request(picture, "red square")).detections:
        assert found.box.xmax <= size[0]
        assert found.box.ymax <= size[1]


@pytest.mark.parametrize("size", [(1, 1_000_000), (1_000_000, 1)])
def test_a_hair_of_a_picture_costs_no_more_than_another(
    size: tuple[int, int], shapes: GroundedDetector
) -> None:
    began = time.monotonic()
    found = shapes.detect(request(Image.new("RGB", size, "red"), "red circle")).detections
    assert time.monotonic() - began < 10
    assert all(0 <= d.box.xmax <= size[0] and 0 <= d.box.ymax <= size[1] for d in found)


def test_a_thin_picture_is_framed_in_its_own_measure() -> None:
    thin = Image.new("RGB", (10, 64_000))
    assert extent_of(thin.size) == (4000, 64_000)
    assert framed(thin).size == (256, 4096)
    whole = Image.new("RGB", (500, 500))
    assert framed(whole) is whole


def logits(text: GroundedText, scores: dict[str, float]) -> Seen:
    """One query that sees the words with these probabilities, and no other."""
    values = torch.full((1, text.inputs["input_ids"].shape[1]), 0.01)
    for word in (word for words in text.words for word in words):
        values[0, word.first : word.last] = scores.get(word.text, 0.01)
    return Seen(values.logit(), torch.full((1, 4), 0.5))


@pytest.mark.parametrize(
    ("scores", "label", "piece"),
    [
        ({"red": 0.9, "square": 0.1}, "a Red square", "Red"),
        ({"red": 0.9, "square": 0.26, "a": 0.01}, "a Red square", None),
        ({"red": 0.24, "square": 0.2, "a": 0.3}, "a Red square", None),
        ({"big": 0.9, "blue": 0.1, "ring": 0.8}, "big blue ring", "big ring"),
        ({"star": 0.9}, "star", None),
    ],
)
def test_a_part_of_a_phrase_that_was_found_is_told(
    shapes: GroundedDetector, scores: dict[str, float], label: str, piece: str | None
) -> None:
    """Words that only join the others are not missed: “a” of “a red square”."""
    text = shapes.read(("star", "a Red square", "big blue ring"))
    scores = {"Red" if word == "red" else word: score for word, score in scores.items()}
    (found,) = shapes.findings(logits(text, scores), text)
    assert (found.label, found.piece) == (label, piece)


def test_a_captions_box_is_scored_over_the_tokens_of_its_words(shapes: GroundedDetector) -> None:
    text = shapes.read((), "a man with a red hat beside a ring")
    man, hat = (next(w for w in text.words[0] if w.text == name) for name in ("man", "hat"))
    assert man.last - man.first > 1, "a word of several tokens"
    (found,) = shapes.findings(logits(text, {"red": 0.9, "hat": 0.6, "with": 0.9}), text)
    tokens = hat.last - hat.first
    assert found.label == "red hat"
    assert found.span == (13, 20)
    assert found.score == pytest.approx((0.9 + 0.6 * tokens) / (1 + tokens), abs=1e-5)
    assert not shapes.findings(logits(text, {"with": 0.9, "ring": 0.04}), text)


@pytest.mark.parametrize(
    ("caption", "label", "edges"),
    [("A Red circle", "Red circle", CIRCLE), ("the blue square.", "blue square", SQUARE)],
)
def test_a_caption_is_grounded_in_its_own_words(
    shapes: GroundedDetector, caption: str, label: str, edges: tuple[int, int, int, int]
) -> None:
    found = shapes.detect(request(scene(), caption=caption)).detections
    assert overlap(found[0], edges) > 0.6
    assert found[0].label == label
    for box in found:
        assert box.span is not None
        assert caption[box.span[0] : box.span[1]] == box.label


def test_a_caption_reads_as_the_models_own_processor(shapes: GroundedDetector) -> None:
    caption = "A red-circle, beside 1.5 [SEP] squares? Yes"
    plain = caption.lower() + "."
    theirs = shapes.loaded.processor(images=scene(), text=plain, return_tensors="pt")
    ours = shapes.read((), caption)
    for name, tensor in ours.inputs.items():
        assert torch.equal(tensor, theirs[name]), name
    closed = shapes.read((), f"{caption}.")
    assert torch.equal(closed.inputs["input_ids"], ours.inputs["input_ids"])


def test_a_caption_that_names_nothing_is_refused(shapes: GroundedDetector) -> None:
    for caption in ("beside the", "圆形", "…"):
        with pytest.raises(Invalid, match=f"knows no word of: {caption}"):
            shapes.detect(request(scene(), caption=caption))


def test_a_text_at_the_limit_is_read_and_one_over_it_not(shapes: GroundedDetector) -> None:
    most = shapes.loaded.model.config.max_text_len
    words = " ".join(["ring"] * (most - 3))
    assert shapes.read((), words).inputs["input_ids"].shape == (1, most)
    with pytest.raises(Invalid, match=f"makes {most + 1} tokens"):
        shapes.read((), f"{words} ring")
