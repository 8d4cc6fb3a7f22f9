"""Other families: tiny random checkpoints answer as their own processor and model do."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import (
    CLIPTokenizer,
    Owlv2Config,
    Owlv2ForObjectDetection,
    Owlv2Processor,
    OwlViTConfig,
    OwlViTForObjectDetection,
    OwlViTProcessor,
)
from transformers.models.owlv2.image_processing_pil_owlv2 import Owlv2ImageProcessorPil
from transformers.models.owlvit.image_processing_pil_owlvit import OwlViTImageProcessorPil

from core.errors import Invalid
from core.inference.architectures import ARCHITECTURES, detector_for
from core.inference.detector import TorchDetector
from core.inference.loader import load_detector
from tests.core.detection.pictures import scene
from tests.core.inference.checkpoints import detector_entry

SIDE = 64
PHRASES = ("red circle", "a blue square")


def tokenizer() -> CLIPTokenizer:
    words = ["!", "<|startoftext|>", "<|endoftext|>", *ascii_lowercase]
    words += [f"{letter}</w>" for letter in ascii_lowercase]
    return CLIPTokenizer(vocab={word: place for place, word in enumerate(words)}, merges=[])


def saved(folder: Path, kind: str) -> Path:
    """A random model of a few thousand parameters."""
    tokens = tokenizer()
    sizes = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1}
    text = sizes | {"num_attention_heads": 2, "vocab_size": len(tokens)}
    text |= {"max_position_embeddings": 16, "bos_token_id": 1, "eos_token_id": 2}
    text |= {"pad_token_id": 2}
    vision = sizes | {"num_attention_heads": 2, "image_size": SIDE, "patch_size": 16}
    makers: dict[str, tuple[Any, Any, Any, Any]] = {
        "owlvit": (
            OwlViTConfig,
            OwlViTForObjectDetection,
            OwlViTProcessor,
            OwlViTImageProcessorPil,
        ),
        "owlv2": (Owlv2Config, Owlv2ForObjectDetection, Owlv2Processor, Owlv2ImageProcessorPil),
    }
    config, model, processor, pictures = makers[kind]
    torch.manual_seed(1)
    made = model(config(text_config=text, vision_config=vision, projection_dim=32))
    with torch.no_grad():
        made.box_head.dense2.weight *= 0.01  # boxes of many sizes, not all or nothing
    made.save_pretrained(folder)
    size = {"height": SIDE, "width": SIDE}
    processor(pictures(size=size), tokens).save_pretrained(folder)
    return folder


@pytest.fixture(params=["owlvit", "owlv2"])
def owl(request: pytest.FixtureRequest, tmp_path: Path) -> TorchDetector:
    folder = saved(tmp_path, request.param)
    return detector_for(load_detector(detector_entry(folder), "cpu", tuple(ARCHITECTURES)))


@pytest.mark.parametrize("size", [(400, 300), (90, 200)])
def test_boxes_equal_those_of_its_own_processor(owl: TorchDetector, size: tuple[int, int]) -> None:
    picture = scene().resize(size)
    processor: Any = owl.loaded.processor
    inputs = processor(
        text=[list(PHRASES)],
        images=picture,
        return_tensors="pt",
        padding="max_length",
        max_length=16,
    )
    with torch.no_grad():
        outputs = owl.loaded.model(**inputs)
    theirs = processor.post_process_grounded_object_detection(
        outputs, threshold=0.05, target_sizes=[size[::-1]], text_labels=[list(PHRASES)]
    )[0]
    ours = owl.detect(picture, PHRASES).detections
    best = theirs["scores"].argsort(descending=True, stable=True)
    boxes = theirs["boxes"][best].clamp(
        min=torch.zeros(4), max=torch.tensor(size * 2, dtype=torch.float)
    )
    visible = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    assert len(ours) == int(visible.sum()) > 0
    assert np.allclose([d.score for d in ours], theirs["scores"][best][visible], atol=1e-4)
    found = [[d.box.xmin, d.box.ymin, d.box.xmax, d.box.ymax] for d in ours]
    assert np.allclose(found, boxes[visible], atol=0.02)
    labels = [theirs["text_labels"][place] for place in best[visible].tolist()]
    assert [d.label for d in ours] == labels


def test_one_phrase_does_not_change_anothers_score(owl: TorchDetector) -> None:
    alone = owl.read(PHRASES[:1]).inputs["input_ids"]
    together = owl.read(PHRASES).inputs["input_ids"]
    assert torch.equal(alone[0], together[0])


def test_many_threads_read_alike(owl: TorchDetector) -> None:
    def read(number: int) -> int:
        return len([owl.read(("red", "x" * (number % 9 + 1))) for _ in range(100)])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(8))) == [100] * 8


def test_a_phrase_over_the_text_limit_is_refused(owl: TorchDetector) -> None:
    with pytest.raises(Invalid, match="reads at most 16"):
        owl.detect(Image.new("RGB", (8, 8)), ("abcdefghijklmnopqrst",))
