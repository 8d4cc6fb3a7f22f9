"""Checkpoints from disk or the Hub into memory, checked and warmed up."""

from dataclasses import dataclass

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase


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
