"""OWL-ViT and OWLv2 at base size, made on the spot: as slow as the trained ones, and as blind."""

from collections.abc import Callable, Mapping
from pathlib import Path
from string import ascii_lowercase
from types import MappingProxyType
from typing import Any

import torch
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

_UNLIKELY = -4.0
"""Added to each score before the sigmoid, so that few of the boxes are kept, as of trained ones."""


def save_owlvit(folder: Path) -> None:
    """As google/owlvit-base-patch32: 768 pixels, 576 patches."""
    config = OwlViTConfig(vision_config={"image_size": 768, "patch_size": 32}, projection_dim=512)
    processor: Any = OwlViTProcessor
    pictures: Any = OwlViTImageProcessorPil(size={"height": 768, "width": 768})
    _save(folder, OwlViTForObjectDetection(config), processor(pictures, _letters()))


def save_owlv2(folder: Path) -> None:
    """As google/owlv2-base-patch16-ensemble: 960 pixels, 3,600 patches."""
    config = Owlv2Config(vision_config={"image_size": 960, "patch_size": 16}, projection_dim=512)
    processor: Any = Owlv2Processor
    pictures: Any = Owlv2ImageProcessorPil(size={"height": 960, "width": 960})
    _save(folder, Owlv2ForObjectDetection(config), processor(pictures, _letters()))


SAVE: Mapping[str, Callable[[Path], None]] = MappingProxyType(
    {"OWL-ViT": save_owlvit, "OWLv2": save_owlv2}
)


def entry(kind: str, place: Path) -> str:
    """Save a model of this kind below `place`; its lines of `models.toml`."""
    folder = place / kind
    torch.manual_seed(1)
    SAVE[kind](folder)
    return f'[[detector]]\nid = "{kind}"\nsource = "{folder}"\n'


def _save(folder: Path, model: Any, processor: Any) -> None:
    with torch.no_grad():
        model.class_head.logit_shift.weight.zero_()
        model.class_head.logit_shift.bias.fill_(_UNLIKELY)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)


def _letters() -> CLIPTokenizer:
    """Words are spelled; the tower's work does not depend on it, as texts are padded anyway."""
    words = ["!", "<|startoftext|>", "<|endoftext|>", *ascii_lowercase]
    words += [f"{letter}</w>" for letter in ascii_lowercase]
    vocabulary = {word: place for place, word in enumerate(words)}
    return CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=16)
