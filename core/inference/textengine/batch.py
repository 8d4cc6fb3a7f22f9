"""Sequences that are read and written together over one key-value cache."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import pad

from core.inference.textengine.cache import GrowingCache
from core.inference.textengine.forward import Forward
from core.inference.textengine.sequence import TextSequence


class Batch:
    """Left-padded rows: they are read, written, dropped and put together between any two steps.

    `_mask`, (rows, columns), is 1 where a column holds a token of the row; `_unread`, (rows,
    columns), are the tokens that the model has yet to read: the prompts, and what was written
    before a pass failed. Every row ends in the last column.
    """

    def __init__(self, forward: Forward, rows: Sequence[TextSequence]) -> None:
        self.rows = list(rows)
        self._forward = forward
        self._cache = GrowingCache()
        known = [row.prompt_ids + row.ids for row in rows]
        longest = max(map(len, known))
        left = [longest - len(ids) for ids in known]
        padded = [[0] * empty + ids for empty, ids in zip(left, known, strict=True)]
        mask = [[0] * empty + [1] * (longest - empty) for empty in left]
        self._unread = torch.tensor(padded, device=forward.device)
        self._mask = torch.tensor(mask, device=forward.device)

    @property
    def columns(self) -> int:
        return self._mask.shape[1]

    @property
    def unread(self) -> int:
        """Columns yet to be read; nothing can be written before."""
        return self._unread.shape[1]

    @property
    def padding(self) -> int:
        """Cells of the cache that hold no token."""
        return self.columns * len(self.rows) - self._tokens

    def padding_with(self, other: "Batch") -> int:
        """The same, were the two put together."""
        cells = max(self.columns, other.columns) * (len(self.rows) + len(other.rows))
        return cells - self._tokens - other._tokens

    @property
    def _tokens(self) -> int:
        return sum(row.length for row in self.rows)

    @property
    def nbytes(self) -> int:
        return self._cache.nbytes

    def read(self, most: int) -> Tensor:
        """Read up to `most` more columns; returns the last one's logits."""
        end = self.columns - self.unread + min(most, self.unread)
        mask = self._mask[:, :end]
        positions = (mask.cumsum(1) - 1).clamp(min=0)[:, self.columns - self.unread :]
        logits = self._forward(self._unread[:, :most], mask, positions, self._cache)
        self._unread = self._unread[:, most:]
        return logits

    def step(self) -> Tensor:
        """Feed each row its newest token; returns the next logits, shape (rows, vocabulary)."""
        device = self._mask.device
        mask = pad(self._mask, (0, 1), value=1)
        tokens = torch.tensor([[row.ids[-1]] for row in self.rows], device=device)
        positions = torch.tensor([[row.length] for row in self.rows], device=device)
        logits = self._forward(tokens, mask, positions, self._cache)
        self._mask, self._unread = mask, self._unread[:, :0]
        return logits

    def drop_ended(self) -> None:
        """Let go of ended rows, and of the columns that only they filled."""
        keep = [place for place, row in enumerate(self.rows) if not row.ended]
        if len(keep) < len(self.rows):
            self._keep(keep)

    def clear(self) -> None:
        """Let go of all rows and of their cache."""
        self.rows, self._cache = [], GrowingCache()

    def absorb(self, other: "Batch") -> None:
        """Take over the rows of `other`; both have read their prompts."""
        columns = max(self.columns, other.columns)
        masks = [pad(one._mask, (columns - one.columns, 0)) for one in (self, other)]
        for ours, theirs in zip(self._cache.growing, other._cache.growing, strict=True):
            ours.stack(theirs)
        self._mask = torch.cat(masks)
        self._unread = self._unread.new_empty(len(self._mask), 0)
        self.rows = self.rows + other.rows

    def _keep(self, places: list[int]) -> None:
        self.rows = [self.rows[place] for place in places]
        if not places:
            self.clear()
            return
        index = torch.tensor(places, device=self._mask.device)
        read = self.columns - self.unread
        self._mask = self._mask[index]
        empty = int((self._mask.sum(dim=0) == 0).sum())  # rows are left-padded: all on the left
        self._mask = self._mask[:, empty:].contiguous()
        self._unread = self._unread[index, max(0, empty - read) :]
        for layer in self._cache.growing:
            layer.keep(index, min(empty, read))
