"""Scenes drawn ahead of training and kept as arrays, because drawing costs more than reading.

A pool holds scenes of one size: ``<name>_pictures.npy`` (n, SHORT, long, 3) bytes, and
``<name>_objects.npy`` (n, MAX_OBJECTS, 8) with shape, colour, fill, x, y, width, height, extent.
x to height are shares of the picture; the extent is the root of the box's area as a share of the
picture's shorter side, which is how large the object looks to the model. Absent objects are -1.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.scenes import MAX_OBJECTS, Placed, Style, scene

#: The model sees a picture with its shorter side at SHORT and the longer one up to LONG, both cut
#: down to multiples of STEP; so cells of its coarsest features never reach over the edge.
SHORT, LONG, STEP = 160, 480, 16
Pictures = NDArray[np.uint8]
Objects = NDArray[np.float32]

EASY = Style(count=(0, 8), diameter=(0.10, 0.55))
CROWDED = Style(count=(4, MAX_OBJECTS), diameter=(0.09, 0.32))


@dataclass(frozen=True)
class Pool:
    """Scenes of one size that training draws from: how many, their seed, style and longer side."""

    count: int
    seed: int
    style: Style
    long: int = SHORT


POOLS: dict[str, Pool] = {
    "square-easy": Pool(7000, 1, EASY),
    "square-crowded": Pool(7000, 2, CROWDED),
    "wide-easy": Pool(4000, 3, EASY, 224),
    "wide-crowded": Pool(4000, 4, CROWDED, 224),
    "long-easy": Pool(2000, 5, EASY, 336),
    "long-crowded": Pool(2000, 6, CROWDED, 336),
    "longest-easy": Pool(800, 7, EASY, 480),
    "longest-crowded": Pool(800, 8, CROWDED, 480),
}


def object_rows(placed: Sequence[Placed], size: tuple[int, int]) -> Objects:
    """Objects as rows of (MAX_OBJECTS, 8), boxes as shares of a picture of ``size`` (w, h)."""
    rows = np.full((MAX_OBJECTS, 8), -1, np.float32)
    w, h = size
    for row, o in zip(rows, placed, strict=False):
        extent = math.sqrt(o.width * o.height) / min(size)
        row[:] = (o.shape, o.colour, o.fill, o.x / w, o.y / h, o.width / w, o.height / h, extent)
    return rows


def draw(pool: Pool) -> tuple[Pictures, Objects]:
    """Draw a pool; each scene has a generator of its own and lies on its longer side."""
    pictures = np.zeros((pool.count, SHORT, pool.long, 3), np.uint8)
    objects = np.zeros((pool.count, MAX_OBJECTS, 8), np.float32)
    style = replace(pool.style, ratio=(pool.long / SHORT, (pool.long + STEP) / SHORT))
    for k in range(pool.count):
        image, placed = scene(random.Random(f"{pool.seed}/{k}"), style)
        small = image.resize((pool.long, SHORT), Image.Resampling.BILINEAR)
        pictures[k], objects[k] = np.asarray(small, np.uint8), object_rows(placed, image.size)
    return pictures, objects


def write_pool(folder: Path, name: str) -> None:
    """Draw a pool and store it; one already there is kept."""
    target = folder / f"{name}_objects.npy"
    if target.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    pictures, objects = draw(POOLS[name])
    np.save(folder / f"{name}_pictures.npy", pictures)
    np.save(target, objects)


def read_pool(folder: Path, name: str) -> tuple[Pictures, Objects]:
    """A stored pool; the pictures stay on disk until they are read."""
    pictures = np.load(folder / f"{name}_pictures.npy", mmap_mode="r")
    return pictures, np.load(folder / f"{name}_objects.npy")


def batch(
    pictures: Pictures, objects: Objects, size: int, rng: np.random.Generator
) -> tuple[Pictures, Objects]:
    """A random batch, flipped and stood on its shorter side at random."""
    chosen = np.sort(rng.choice(len(pictures), size, replace=False))
    x, o = np.array(pictures[chosen]), objects[chosen].copy()
    there = o[..., 0] >= 0
    for axis, start, extent in ((2, 3, 5), (1, 4, 6)):
        if rng.random() < 0.5:
            x = np.flip(x, axis)
            o[..., start] = np.where(there, 1 - o[..., start] - o[..., extent], -1)
    if rng.random() < 0.5:
        x = x.swapaxes(1, 2)
        o = o[..., [0, 1, 2, 4, 3, 6, 5, 7]]
    return np.ascontiguousarray(x), o
