"""A key-value cache that is written in place and grows in steps."""

import torch
from torch import Tensor
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

SPARE = 64
"""Columns allocated ahead: each new token is written into one, and copies nothing."""


class Columns:
    """A tensor (rows, heads, columns, size) that takes new columns at its right end."""

    def __init__(self, first: Tensor) -> None:
        rows, heads, self._used, size = first.shape
        self._room = first.new_empty(rows, heads, self._used + SPARE, size)
        self._room[:, :, : self._used] = first

    @property
    def view(self) -> Tensor:
        return self._room[:, :, : self._used]

    @property
    def nbytes(self) -> int:
        return self._room.nbytes

    def append(self, new: Tensor) -> None:
        end = self._used + new.shape[2]
        if end > self._room.shape[2]:
            old = self.view
            self._room = torch.cat(
                [old, new, new.new_empty(*new.shape[:2], SPARE, new.shape[3])], 2
            )
        else:
            self._room[:, :, self._used : end] = new
        self._used = end

    def keep(self, rows: Tensor, left: int) -> None:
        """Let go of all but `rows`, and of `left` columns on the left."""
        old = self.view[:, :, left:]
        room = old.new_empty(len(rows), old.shape[1], old.shape[2] + SPARE, old.shape[3])
        room[:, :, : old.shape[2]] = old[rows]
        self._room, self._used = room, old.shape[2]

    def stack(self, other: "Columns") -> None:
        """Put the rows of `other` under these; the narrower of the two is padded on the left."""
        ours, theirs = self.view, other.view
        used = max(self._used, other._used)
        rows, heads, _, size = ours.shape
        room = ours.new_empty(rows + len(theirs), heads, used + SPARE, size)
        for part, rows_of in ((ours, room[:rows]), (theirs, room[rows:])):
            left = used - part.shape[2]
            rows_of[:, :, :left] = 0  # anything that is no number would spread through the mask
            rows_of[:, :, left:used] = part
        self._room, self._used = room, used


class GrowingLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """One layer's keys and values; what transformers sees are views of the columns in use."""

    columns: tuple[Columns, Columns] | None = None

    def update(
        self, key_states: Tensor, value_states: Tensor, *_args: object, **_kwargs: object
    ) -> tuple[Tensor, Tensor]:
        """Append, and return all keys and values."""
        if self.columns is None:
            self.lazy_initialization(key_states, value_states)
            self.columns = Columns(key_states), Columns(value_states)
        else:
            self.columns[0].append(key_states)
            self.columns[1].append(value_states)
        return self._seen(self.columns)

    def keep(self, rows: Tensor, left: int) -> None:
        if self.columns is not None:
            for one in self.columns:
                one.keep(rows, left)
            self._seen(self.columns)

    def stack(self, other: "GrowingLayer") -> None:
        """Take over the rows of `other`, which is left empty."""
        if self.columns is not None and other.columns is not None:
            for ours, theirs in zip(self.columns, other.columns, strict=True):
                ours.stack(theirs)
            self._seen(self.columns)
            other.reset()

    def reset(self) -> None:
        """Free the memory."""
        super().reset()
        self.columns = None

    def _seen(self, columns: tuple[Columns, Columns]) -> tuple[Tensor, Tensor]:
        self.keys, self.values = columns[0].view, columns[1].view
        return self.keys, self.values


class GrowingCache(DynamicCache):
    """All layers of one batch. Every layer holds every key and value, whatever its window."""

    def __init__(self) -> None:
        super().__init__()
        self.layer_class_to_replicate = GrowingLayer

    @property
    def growing(self) -> list[GrowingLayer]:
        return [layer for layer in self.layers if isinstance(layer, GrowingLayer)]

    @property
    def nbytes(self) -> int:
        """Bytes allocated, spare columns included."""
        return sum(one.nbytes for one in self._columns)

    @property
    def tensors(self) -> list[Tensor]:
        """Keys and values as far as they are in use."""
        return [one.view for one in self._columns]

    @property
    def _columns(self) -> list[Columns]:
        return [one for layer in self.growing if layer.columns for one in layer.columns]
