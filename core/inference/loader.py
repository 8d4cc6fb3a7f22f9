"""Checkpoints from disk or the Hub into memory, checked before anybody may use them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForZeroShotObjectDetection,
    AutoProcessor,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    ProcessorMixin,
)
from transformers.utils.logging import disable_progress_bar

from core.errors import Unavailable
from core.inference.checkpoint import locate
from core.inference.device import pick_device, pick_dtype, use_threads
from core.inference.types import ModelEntry
from core.inference.vocabulary import check_tokenizer

_LOCAL: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
_DEFAULT_CONTEXT = 2048
_NEED_TORCHVISION = ("omdet-turbo",)

disable_progress_bar()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class LoadedTextModel:
    """A causal language model in eval mode on its device, with its tokenizer.

    `id` is the name in `models.toml`, also the label of its metrics. `context_tokens` is the
    most tokens prompt and output may have together.
    """

    id: str
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    device: torch.device
    revision: str
    context_tokens: int


@dataclass(frozen=True)
class LoadedDetector:
    """A zero-shot detector in eval mode on its device, with its processor.

    `text_threshold` from `models.toml`: what a word must score to count as found.
    """

    id: str
    model: PreTrainedModel
    processor: ProcessorMixin
    device: torch.device
    revision: str
    text_threshold: float


def load_text_model(entry: ModelEntry, wanted_device: str) -> LoadedTextModel:
    """Load, check and warm up.

    Raises
    ------
    Unavailable : the checkpoint is not whole, not this kind of model, or the device is missing.
    Exception : what the libraries raise for unreadable files; `plain_errors` words it.
    """
    checkpoint = locate(entry)
    config = AutoConfig.from_pretrained(checkpoint.folder, **_LOCAL)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint.folder, **_LOCAL)
    device = pick_device(wanted_device)
    model = _weights(AutoModelForCausalLM, checkpoint.folder, config, entry, device)
    check_tokenizer(tokenizer, config.get_text_config().vocab_size)
    _warm_up_text(model, tokenizer, device)
    return LoadedTextModel(
        entry.id, model, tokenizer, device, checkpoint.revision, _context(config)
    )


def load_detector(
    entry: ModelEntry, wanted_device: str, families: tuple[str, ...]
) -> LoadedDetector:
    """Load and check a detector of one of `families`; errors as in `load_text_model`."""
    checkpoint = locate(entry)
    config = AutoConfig.from_pretrained(checkpoint.folder, **_LOCAL)
    if config.model_type not in families:
        raise Unavailable(_foreign(config.model_type, families))
    read_processor: Any = AutoProcessor.from_pretrained
    processor = read_processor(checkpoint.folder, **_LOCAL)
    device = pick_device(wanted_device)
    kind = AutoModelForZeroShotObjectDetection
    model = _weights(kind, checkpoint.folder, config, entry, device)
    check_tokenizer(processor.tokenizer, config.get_text_config().vocab_size)
    return LoadedDetector(
        entry.id, model, processor, device, checkpoint.revision, entry.text_threshold
    )


def _foreign(kind: str, families: tuple[str, ...]) -> str:
    choice = f"detectors may be: {', '.join(families)}."
    if kind in _NEED_TORCHVISION:
        return (
            f"The processor of its architecture, “{kind}”, needs torchvision, which is not part "
            f"of this product; {choice}"
        )
    return f"Its architecture is “{kind}”; {choice}"


def _weights(
    kind: Any, folder: Path, config: PreTrainedConfig, entry: ModelEntry, device: torch.device
) -> PreTrainedModel:
    """The model, every layer from the file: transformers fills what does not fit at random."""
    trained = config.dtype if isinstance(config.dtype, torch.dtype) else None
    dtype = pick_dtype(entry.dtype, device, entry.task, trained)
    model, report = kind.from_pretrained(
        folder,
        config=config,
        dtype=dtype,
        use_safetensors=True,
        output_loading_info=True,
        ignore_mismatched_sizes=True,
        **_LOCAL,
    )
    missing = sorted({*report["missing_keys"], *(key[0] for key in report["mismatched_keys"])})
    if missing:
        raise Unavailable(
            f"The checkpoint is incomplete: {len(missing)} layers have no fitting weights in it, "
            f"such as {missing[0]}. Save it again, whole.",
            facts={"missing": missing},
        )
    loaded: PreTrainedModel = model.to(device).eval().requires_grad_(False)
    use_threads(loaded.num_parameters(), device)
    return loaded


def _warm_up_text(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, device: torch.device
) -> None:
    ids = torch.tensor([tokenizer("1 2 3").input_ids], device=device)
    with torch.inference_mode():
        logits = model(input_ids=ids).logits
    if not torch.isfinite(logits).all():
        raise Unavailable("Its first answer holds no numbers: the weights are damaged.")


def _context(config: PreTrainedConfig) -> int:
    text = config.get_text_config()
    return int(getattr(text, "max_position_embeddings", None) or _DEFAULT_CONTEXT)
