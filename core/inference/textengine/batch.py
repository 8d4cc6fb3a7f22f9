"""The sequences being decoded together and their common key-value cache."""

import torch
from torch import Tensor
from torch.nn.functional import pad
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from core.inference.textengine.forward import Forward
from core.inference.textengine.sequence import TextSequence


class Batch:
    """Left-padded rows over one cache: rows join and leave between any two steps.

    Keys and values have the shape (rows, heads, columns, head size); `mask`, (rows, columns),
    is 1 where a column holds a token of the row. Every row ends in the last column.
    """

    def __init__(self, forward: Forward) -> None:
        self.rows: list[TextSequence] = []
        self._forward = forward
        self._cache = DynamicCache()
        self._mask = torch.ones(0, 0, dtype=torch.long)

    def step(self) -> Tensor:
        """Feed each row its newest token; returns the next logits, shape (rows, vocabulary)."""
        device = self._mask.device
        self._mask = pad(self._mask, (0, 1), value=1)
        tokens = torch.tensor([[row.ids[-1]] for row in self.rows], device=device)
        positions = torch.tensor([[row.length] for row in self.rows], device=device)
        return self._forward(tokens, self._mask, positions, self._cache)

    def join(self, row: TextSequence, cache: DynamicCache) -> None:
        """Add a sequence whose prompt fills `cache`, which is taken over."""
        length = len(row.prompt_ids)
        mask = torch.ones(1, length, dtype=torch.long, device=self._forward.device)
        if not self.rows:
            self.rows, self._cache, self._mask = [row], cache, mask
            return
        columns = max(self._mask.shape[1], length)
        left, left_new = columns - self._mask.shape[1], columns - length
        for ours, new in zip(_layers(self._cache), _layers(cache), strict=True):
            ours.keys = _stack(ours.keys, left, new.keys, left_new)
            ours.values = _stack(ours.values, left, new.values, left_new)
        self._mask = torch.cat([pad(self._mask, (left, 0)), pad(mask, (left_new, 0))])
        self.rows.append(row)

    def drop_ended(self) -> None:
        """Let go of ended rows, and of the columns that only they filled."""
        keep = [place for place, row in enumerate(self.rows) if not row.ended]
        if len(keep) == len(self.rows):
            return
        if not keep:
            self.clear()
            return
        self.rows = [self.rows[place] for place in keep]
        index = torch.tensor(keep, device=self._mask.device)
        self._mask = self._mask[index]
        empty = int((self._mask.sum(dim=0) == 0).sum())  # rows are left-padded: all on the left
        self._mask = self._mask[:, empty:].contiguous()
        for layer in _layers(self._cache):
            layer.keys = _kept(layer.keys, index, empty)
            layer.values = _kept(layer.values, index, empty)

    def clear(self) -> None:
        """Free the cache."""
        self.rows = []
        self._cache = DynamicCache()


def _layers(cache: DynamicCache) -> list[DynamicLayer]:
    """The cache's layers; made without a configuration, they all hold every key and value."""
    return [layer for layer in cache.layers if isinstance(layer, DynamicLayer)]


def _stack(old: Tensor | None, left: int, new: Tensor | None, left_new: int) -> Tensor:
    if old is None or new is None:
        raise RuntimeError("a row joined before its prompt was read")
    return torch.cat([pad(old, (0, 0, left, 0)), pad(new, (0, 0, left_new, 0))])


def _kept(old: Tensor | None, index: Tensor, empty: int) -> Tensor | None:
    return None if old is None else old[index, :, empty:].contiguous()
