"""Every family: tiny random checkpoints answer as their own processor and model do."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image, ImageOps

from core.config import Settings
from core.detection.types import FLOOR
from core.errors import Invalid, Unavailable
from core.inference.architectures import ARCHITECTURES, detector_for
from core.inference.asked import DetectorLimits
from core.inference.detector import TorchDetector
from core.inference.loader import load_detector
from core.inference.registry import ModelRegistry
from core.runs.types import Task
from tests.core.detection.pictures import scene
from tests.core.inference.checkpoints import detector_entry
from tests.core.inference.crowd import Gate
from tests.core.inference.tiny import (
    KINDS,
    TEXT_TOKENS,
    assert_alike,
    direct,
    request,
    rows_of,
    saved,
)

LIMITS = DetectorLimits(queued=64, wait_s=60, feature_bytes=2**24)
PHRASES = ("red circle", "a blue square", "Star")
OWLS = ("owlvit", "owlv2")


@dataclass(frozen=True)
class Tiny:
    folder: Path
    kind: str
    detector: TorchDetector[Any]


def opened(folder: Path, limits: DetectorLimits = LIMITS) -> TorchDetector[Any]:
    return detector_for(load_detector(detector_entry(folder), "cpu", tuple(ARCHITECTURES)), limits)


def part(tiny: Tiny, name: str) -> Any:
    """The model's own `vision_model` or `text_model`."""
    return getattr(tiny.detector.loaded.model.base_model, name)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {kind: saved(tmp_path_factory.mktemp(kind), kind) for kind in KINDS}


@pytest.fixture(params=KINDS)
def tiny(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Iterator[Tiny]:
    detector = opened(folders[request.param])
    yield Tiny(folders[request.param], request.param, detector)
    detector.close()


@pytest.fixture(params=OWLS)
def owl(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Iterator[Tiny]:
    detector = opened(folders[request.param])
    yield Tiny(folders[request.param], request.param, detector)
    detector.close()


@pytest.fixture(params=sorted(set(KINDS) - set(OWLS)))
def dino(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Iterator[Tiny]:
    detector = opened(folders[request.param])
    yield Tiny(folders[request.param], request.param, detector)
    detector.close()


@pytest.mark.parametrize("size", [(400, 300), (90, 200)])
def test_boxes_equal_those_of_its_own_processor(tiny: Tiny, size: tuple[int, int]) -> None:
    picture = scene().resize(size)
    ours = rows_of(tiny.detector.detect(request(picture, *PHRASES)).detections)
    assert_alike(ours, direct(tiny.folder, tiny.kind, picture, PHRASES))


def test_boxes_are_the_same_in_a_batch_of_strangers(tiny: Tiny) -> None:
    pictures = [scene(), ImageOps.invert(scene()), ImageOps.mirror(scene())]
    prompts = [("red circle", "a blue square", "star"), ("green hat",), ("man", "a red hat")]
    asked = list(zip(pictures, prompts, strict=True))
    gate = Gate(tiny.detector)
    calls = [lambda p=p, q=q: tiny.detector.detect(request(p, *q)) for p, q in asked]
    answers = gate.shared("tested", calls[0], calls)
    assert gate.sizes == [1, 3]
    for answer, (picture, prompt) in zip(answers, asked, strict=True):
        assert_alike(rows_of(answer.detections), direct(tiny.folder, tiny.kind, picture, prompt))
        assert answer.timings_ms["queued"] > 0


def test_pictures_of_other_sizes_do_not_share_a_pass(dino: Tiny) -> None:
    """Padding to a common size would change what the model sees."""
    wide, tall = scene(), scene().resize((90, 200))
    gate = Gate(dino.detector)
    calls = [lambda p=p: dino.detector.detect(request(p, *PHRASES)) for p in (wide, tall, wide)]
    answers = gate.shared("tested", calls[0], calls)
    assert gate.sizes == [1, 2, 1]
    assert_alike(rows_of(answers[1].detections), direct(dino.folder, dino.kind, tall, PHRASES))


def test_a_second_prompt_skips_the_vision_tower(owl: Tiny) -> None:
    first = owl.detector.detect(request(scene(), *PHRASES, sha256="a"))
    assert not first.features_reused
    seen: list[object] = []
    hook = part(owl, "vision_model").register_forward_hook(lambda *_: seen.append(1))
    second = owl.detector.detect(request(scene(), "green hat", "Star", sha256="a"))
    assert second.features_reused
    assert not seen
    other = owl.detector.detect(request(ImageOps.invert(scene()), "Star", sha256="b"))
    hook.remove()
    assert seen
    assert not other.features_reused
    fresh = opened(owl.folder)
    alone = fresh.detect(request(scene(), "green hat", "Star", sha256="a")).detections
    fresh.close()
    pairs = list(zip(rows_of(second.detections), rows_of(alone), strict=True))
    assert pairs
    assert all(ours[0] == theirs[0] and ours[2:] == theirs[2:] for ours, theirs in pairs)
    assert all(abs(ours[1] - theirs[1]) <= 1e-6 for ours, theirs in pairs)


def test_phrases_are_read_once_for_all_pictures(owl: Tiny) -> None:
    owl.detector.detect(request(scene(), "green hat", "star"))
    seen: list[int] = []
    hook = part(owl, "text_model").register_forward_hook(
        lambda _, inputs, output: seen.append(len(output[0]))
    )
    owl.detector.detect(request(ImageOps.invert(scene()), "star", "man"))
    hook.remove()
    assert seen == [1], "only “man” is new"


def test_without_a_cache_nothing_is_reused(owl: Tiny) -> None:
    bare = opened(owl.folder, DetectorLimits(queued=64, wait_s=60, feature_bytes=0))
    for _ in range(2):
        assert not bare.detect(request(scene(), "star", sha256="a")).features_reused
    bare.close()


def test_features_kept_and_new_ones_do_not_share_a_pass(owl: Tiny) -> None:
    owl.detector.detect(request(scene(), "star", sha256="a"))
    gate = Gate(owl.detector)
    calls = [
        lambda s=s: owl.detector.detect(request(scene(), "star", sha256=s)) for s in ("x", "a", "y")
    ]
    answers = gate.shared("tested", calls[0], calls[1:])
    assert gate.sizes == [1, 1, 1]
    assert [answer.features_reused for answer in answers] == [True, False]


def test_memory_is_freed_of_features_before_a_second_try(owl: Tiny) -> None:
    owl.detector.detect(request(scene(), "star", sha256="a"))
    failing = [True]

    def out_of_memory(*_: object) -> None:
        if failing:
            failing.pop()
            raise torch.OutOfMemoryError("CUDA out of memory")

    hook = part(owl, "vision_model").register_forward_hook(out_of_memory)
    assert owl.detector.detect(request(scene(), "star", sha256="b")).detections
    hook.remove()
    assert not owl.detector.detect(request(scene(), "star", sha256="a")).features_reused


def test_other_phrases_of_a_box_are_told(tiny: Tiny) -> None:
    found = tiny.detector.detect(request(scene(), *PHRASES)).detections
    assert any(box.others for box in found)
    for box in found:
        labels = [box.label, *(other.label for other in box.others)]
        assert len(set(labels)) == len(labels)
        assert set(labels) <= set(PHRASES)
        scores = [box.score, *(other.score for other in box.others)]
        assert scores == sorted(scores, reverse=True)
        assert min(scores) >= FLOOR


def test_at_most_five_others_are_told(owl: Tiny) -> None:
    phrases = [letter * 2 for letter in "abcdefgh"]
    found = owl.detector.detect(request(scene(), *phrases)).detections
    assert max(len(box.others) for box in found) == 5


def test_many_threads_read_alike(tiny: Tiny) -> None:
    def read(number: int) -> int:
        return len([tiny.detector.read(("red", "s" * (number % 9 + 1))) for _ in range(50)])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(8))) == [50] * 8


def test_one_phrase_does_not_change_anothers_score(owl: Tiny) -> None:
    alone = owl.detector.read(PHRASES[:1]).inputs["input_ids"]
    together = owl.detector.read(PHRASES).inputs["input_ids"]
    assert torch.equal(alone[0], together[0])


def test_a_phrase_over_the_text_limit_is_refused(tiny: Tiny) -> None:
    most = TEXT_TOKENS if tiny.kind in OWLS else 64
    with pytest.raises(Invalid, match=f"reads at most {most}"):
        tiny.detector.detect(request(Image.new("RGB", (8, 8)), "xyz" * 30))


def test_captions_are_refused_where_none_are_grounded(owl: Tiny) -> None:
    assert not owl.detector.grounds_captions
    with pytest.raises(Invalid, match="finds phrases, not captions"):
        owl.detector.detect(request(scene(), caption="a man with a red hat"))


def test_omdet_says_what_it_needs(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "omdet-turbo"}))
    (tmp_path / "model.safetensors").write_bytes(b"")
    registry = ModelRegistry((detector_entry(tmp_path),), settings)
    with pytest.raises(Unavailable, match="needs torchvision, which is not part of this product"):
        registry.detector()
    registry.close()


def test_the_registry_says_which_models_ground_captions(
    folders: dict[str, Path], settings: Settings
) -> None:
    for kind, grounds in (("owlvit", False), ("llmdet", True)):
        entry = detector_entry(folders[kind])
        registry = ModelRegistry((entry,), settings.model_copy(update={"device": "cpu"}))
        assert registry.detector()[0].grounds_captions is grounds
        assert registry.info(Task.DETECTION).grounds_captions is grounds
        registry.close()
