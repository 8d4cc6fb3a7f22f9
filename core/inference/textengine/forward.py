"""One forward pass, whatever the architecture calls its arguments."""

import inspect

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel


class Forward:
    """Reads tokens into a cache and returns the logits of the last column."""

    def __init__(self, model: PreTrainedModel, device: torch.device) -> None:
        self._model = model
        self.device = device
        known = inspect.signature(model.forward).parameters
        self._takes_positions = "position_ids" in known
        self._only_last = {"logits_to_keep": 1} if "logits_to_keep" in known else {}

    def __call__(
        self, tokens: Tensor, mask: Tensor, positions: Tensor, cache: DynamicCache
    ) -> Tensor:
        """The logits of the last column, shape (rows, vocabulary).

        `tokens` and `positions` have the shape (rows, new), `mask` (rows, cached + new).
        """
        given = {"position_ids": positions} if self._takes_positions else {}
        answer = self._model(
            input_ids=tokens,
            attention_mask=mask,
            past_key_values=cache,
            use_cache=True,
            **given,
            **self._only_last,
        )
        logits: Tensor = answer.logits[:, -1]
        return logits
