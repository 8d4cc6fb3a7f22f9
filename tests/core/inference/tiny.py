"""A tiny random checkpoint of each architecture, and what its own processor and model answer."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from string import ascii_lowercase
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import (
    AutoModelForZeroShotObjectDetection,
    AutoProcessor,
    BertConfig,
    BertTokenizer,
    CLIPTokenizer,
    GroundingDinoConfig,
    GroundingDinoForObjectDetection,
    GroundingDinoProcessor,
    MMGroundingDinoConfig,
    MMGroundingDinoForObjectDetection,
    Owlv2Config,
    Owlv2ForObjectDetection,
    Owlv2Processor,
    OwlViTConfig,
    OwlViTForObjectDetection,
    OwlViTProcessor,
    ResNetConfig,
    SwinConfig,
)
from transformers.models.grounding_dino.image_processing_pil_grounding_dino import (
    GroundingDinoImageProcessorPil,
)
from transformers.models.owlv2.image_processing_pil_owlv2 import Owlv2ImageProcessorPil
from transformers.models.owlvit.image_processing_pil_owlvit import OwlViTImageProcessorPil

from core.detection.types import FLOOR, Detection
from core.inference.types import DetectorRequest

SIDE = 64
TEXT_TOKENS = 16
_WORDS = ("red", "blue", "green", "circle", "square", "star", "hat", "man", "a", "with", "beside")

Row = tuple[str, float, float, float, float, float]
"""Label, score and the four edges of a box."""


def saved(folder: Path, kind: str) -> Path:
    """A random model of a few thousand parameters, one of `KINDS`; always the same."""
    torch.manual_seed(1)
    KINDS[kind](folder)
    return folder


def direct(folder: Path, kind: str, picture: Image.Image, phrases: Sequence[str]) -> list[Row]:
    """What the checkpoint's own processor and model say, best first, down to the floor.

    Grounding DINO: the mean of each phrase's tokens, as its own labels are pieces of the text.
    """
    read_processor: Any = AutoProcessor.from_pretrained
    processor = read_processor(folder)
    model = AutoModelForZeroShotObjectDetection.from_pretrained(folder).eval()
    text = [list(phrases)]
    fitted: dict[str, Any] = (
        {"padding": "max_length", "max_length": TEXT_TOKENS} if kind.startswith("owl") else {}
    )
    inputs = processor(text=text, images=picture, return_tensors="pt", **fitted)
    with torch.no_grad():
        outputs = model(**inputs)
    probabilities = outputs.logits[0].sigmoid()
    if kind.startswith("owl"):
        scores = probabilities
        extent = (max(picture.size),) * 2 if kind == "owlv2" else picture.size
    else:
        ids = inputs["input_ids"][0].tolist()
        stops = [0, *(place for place, token in enumerate(ids) if token == 1012)]
        spans = pairwise(stops)
        scores = torch.stack([probabilities[:, a + 1 : b].mean(-1) for a, b in spans], -1)
        extent = picture.size
    best, own = scores.max(-1)
    centre, half = outputs.pred_boxes[0].split(2, dim=-1)[0], outputs.pred_boxes[0][:, 2:] / 2
    edges = torch.cat([centre - half, centre + half], -1) * torch.tensor(extent * 2)
    edges = edges.clamp(min=torch.zeros(4), max=torch.tensor(picture.size * 2))
    rows = zip(own.tolist(), best.tolist(), edges.tolist(), strict=True)
    found = [(phrases[i], s, *e) for i, s, e in rows if s >= FLOOR and e[2] > e[0] and e[3] > e[1]]
    return sorted(found, key=lambda row: -row[1])


def rows_of(detections: Sequence[Detection]) -> list[Row]:
    return [(d.label, d.score, d.box.xmin, d.box.ymin, d.box.xmax, d.box.ymax) for d in detections]


def assert_alike(ours: Sequence[Row], theirs: Sequence[Row]) -> None:
    """The same boxes, in any order among near ties: labels, scores and edges."""
    assert len(ours) == len(theirs) > 0
    left = list(ours)
    for row in theirs:
        alike = [other for other in left if _is_alike(row, other)]
        assert alike, f"missing: {row}"
        left.remove(alike[0])


def _is_alike(one: Row, other: Row) -> bool:
    near = abs(one[1] - other[1]) <= 1e-4
    return one[0] == other[0] and near and np.allclose(one[2:], other[2:], rtol=0, atol=0.05)


def request(
    picture: Image.Image, *phrases: str, sha256: str = "", caption: str | None = None
) -> DetectorRequest:
    return DetectorRequest(picture, sha256, phrases, caption)


def _grounding_dino(folder: Path) -> None:
    config = GroundingDinoConfig(**_dino("swin"))
    _save_dino(folder, GroundingDinoForObjectDetection(config))


def _mm_grounding_dino(folder: Path) -> None:
    config = MMGroundingDinoConfig(**_dino("resnet"))
    _save_dino(folder, MMGroundingDinoForObjectDetection(config))


def _llmdet(folder: Path) -> None:
    """LLMDet is an MM-Grounding-DINO whose decoder layers have heads of their own."""
    heads = {"decoder_bbox_embed_share": False, "decoder_cls_embed_share": False}
    config = MMGroundingDinoConfig(**(_dino("swin") | heads))
    _save_dino(folder, MMGroundingDinoForObjectDetection(config))


def _dino(backbone: str) -> dict[str, Any]:
    depths = {"depths": [1, 1, 1], "out_indices": [2, 3]}
    swin = {"image_size": SIDE, "embed_dim": 16, "num_heads": [1, 2, 4], "window_size": 4}
    resnet = {"embedding_size": 8, "hidden_sizes": [8, 16, 32], "layer_type": "basic"}
    made: Any = SwinConfig if backbone == "swin" else ResNetConfig
    return {
        "backbone_config": made(**depths, **(swin if backbone == "swin" else resnet)),
        "text_config": BertConfig(
            vocab_size=1100,
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=64,
        ),
        "d_model": 32,
        "num_queries": 20,
        "num_feature_levels": 2,
        "encoder_layers": 1,
        "decoder_layers": 2,
        "encoder_attention_heads": 2,
        "decoder_attention_heads": 2,
        "encoder_ffn_dim": 32,
        "decoder_ffn_dim": 32,
        "max_text_len": 64,
    }


def _save_dino(folder: Path, model: Any) -> None:
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # As drawn first, all boxes and all scores are nearly the same, and the scores low.
            if parameter.dim() > 1 and ("text" in name or "bbox" in name):
                parameter.normal_(std=1.0 if "text" in name else 0.1)
            elif "class_embed" in name:
                parameter.zero_()
    model.save_pretrained(folder)
    pictures = GroundingDinoImageProcessorPil(size={"shortest_edge": SIDE, "longest_edge": 96})
    processor: Any = GroundingDinoProcessor
    processor(pictures, _bert_words()).save_pretrained(folder)


def _bert_words() -> BertTokenizer:
    """The architecture's code fixes where the special tokens and the full stop must be."""
    fixed = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]"}
    fixed |= {1012: ".", 1029: "?"}
    known = [*_WORDS, ",", *ascii_lowercase[1:], *(f"##{letter}" for letter in ascii_lowercase)]
    fixed |= dict(enumerate(known, start=200))
    return BertTokenizer(vocab={fixed.get(i, f"[unused{i}]"): i for i in range(1100)})


def _owl(folder: Path, config: Any, model: Any, processor: Any, pictures: Any) -> None:
    tokens = _clip_letters()
    sizes = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1}
    sizes |= {"num_attention_heads": 2}
    text = sizes | {"vocab_size": len(tokens), "max_position_embeddings": TEXT_TOKENS}
    text |= {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2}
    vision = sizes | {"image_size": SIDE, "patch_size": 16}
    made = model(config(text_config=text, vision_config=vision, projection_dim=32))
    with torch.no_grad():
        made.box_head.dense2.weight *= 0.01  # boxes of many sizes, not all or nothing
    made.save_pretrained(folder)
    size = {"height": SIDE, "width": SIDE}
    processor(pictures(size=size), tokens).save_pretrained(folder)


def _owlvit(folder: Path) -> None:
    _owl(folder, OwlViTConfig, OwlViTForObjectDetection, OwlViTProcessor, OwlViTImageProcessorPil)


def _owlv2(folder: Path) -> None:
    _owl(folder, Owlv2Config, Owlv2ForObjectDetection, Owlv2Processor, Owlv2ImageProcessorPil)


def _clip_letters() -> CLIPTokenizer:
    words = ["!", "<|startoftext|>", "<|endoftext|>", *ascii_lowercase]
    words += [f"{letter}</w>" for letter in ascii_lowercase]
    return CLIPTokenizer(vocab={word: place for place, word in enumerate(words)}, merges=[])


KINDS: Mapping[str, Callable[[Path], None]] = MappingProxyType(
    {
        "grounding-dino": _grounding_dino,
        "mm-grounding-dino": _mm_grounding_dino,
        "llmdet": _llmdet,
        "owlvit": _owlvit,
        "owlv2": _owlv2,
    }
)
