"""Box arithmetic. Boxes are (..., 4): centre x, y, width, height, as shares of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.dataset import Objects
from training.detector.model import STRIDES


def of_objects(objects: Objects) -> Tensor:
    """The boxes of object rows (..., 8)."""
    x, y, w, h = (objects[..., k] for k in (3, 4, 5, 6))
    return torch.from_numpy(np.stack([x + w / 2, y + h / 2, w, h], -1)).float()


def corners(boxes: Tensor) -> tuple[Tensor, Tensor]:
    """Upper left and lower right corners (..., 2)."""
    half = boxes[..., 2:] / 2
    return boxes[..., :2] - half, boxes[..., :2] + half


def generalised_iou(a: Tensor, b: Tensor) -> Tensor:
    """Overlap over union, less the empty share of the hull (Rezatofighi et al., 2019)."""
    (a_low, a_high), (b_low, b_high) = corners(a), corners(b)
    common = (torch.minimum(a_high, b_high) - torch.maximum(a_low, b_low)).clamp(min=0).prod(-1)
    union = a[..., 2] * a[..., 3] + b[..., 2] * b[..., 3] - common + 1e-9
    hull = (torch.maximum(a_high, b_high) - torch.minimum(a_low, b_low)).prod(-1) + 1e-9
    return common / union - (hull - union) / hull


def distance(a: Tensor, b: Tensor) -> Tensor:
    """The usual box cost: five times the sum of differences plus twice the overlap's shortfall."""
    return 5 * (a - b).abs().sum(-1) + 2 * (1 - generalised_iou(a, b))


@dataclass(frozen=True)
class Cells:
    """The feature cells of all levels of pictures ``size`` (w, h) in pixels.

    Centres (n, 2) as shares of the picture, strides (n,) in pixels.
    """

    size: tuple[int, int]
    centres: NDArray[np.float32]
    strides: NDArray[np.int64]

    def level(self, stride: int) -> Cells:
        """The cells of one level."""
        chosen = self.strides == stride
        return Cells(self.size, self.centres[chosen], self.strides[chosen])


@cache
def cells(width: int, height: int) -> Cells:
    """The feature cells of a picture whose sides are multiples of every stride."""
    centres, strides = [], []
    for stride in STRIDES:
        x = (np.arange(width // stride) + 0.5) * stride / width
        y = (np.arange(height // stride) + 0.5) * stride / height
        centres.append(np.stack(np.meshgrid(x, y), -1).reshape(-1, 2))
        strides.append(np.full(len(x) * len(y), stride))
    return Cells(
        (width, height), np.concatenate(centres).astype(np.float32), np.concatenate(strides)
    )


def longer_side(objects: Objects, size: tuple[int, int]) -> NDArray[np.float32]:
    """The longer side of every object's box, in pixels of a picture of ``size`` (w, h)."""
    return np.maximum(objects[..., 5] * size[0], objects[..., 6] * size[1])


def _offsets(objects: Objects, at: Cells) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Distances of cells (b, o, n) from the objects' middles, along x and y, as shares."""
    x = np.abs(at.centres[None, None, :, 0] - (objects[..., 3] + objects[..., 5] / 2)[..., None])
    y = np.abs(at.centres[None, None, :, 1] - (objects[..., 4] + objects[..., 6] / 2)[..., None])
    return x, y


def nearest_object(objects: Objects, at: Cells, small: float = 42) -> NDArray[np.int64]:
    """The object each cell (b, n) should report, or -1.

    Cells near an object's middle report it, on the level that suits its size in pixels.
    """
    x, y = _offsets(objects, at)
    apart = np.maximum(x * at.size[0], y * at.size[1]) / at.strides
    level = (longer_side(objects, at.size) < small)[..., None] == (at.strides == min(STRIDES))
    allowed = (objects[..., 0] >= 0)[..., None] & level & (apart < 0.8)
    apart = np.where(allowed, apart, np.inf)
    return np.where(np.isfinite(apart.min(1)), apart.argmin(1), -1)


def covering_object(objects: Objects, at: Cells, share: float = 0.3) -> NDArray[np.int64]:
    """The topmost object whose inner part covers each cell (b, n), or -1."""
    x, y = _offsets(objects, at)
    over = (x < share * objects[..., 5, None]) & (y < share * objects[..., 6, None])
    over &= (objects[..., 0] >= 0)[..., None]
    top = objects.shape[1] - 1 - over[:, ::-1].argmax(1)
    return np.where(over.any(1), top, -1)
