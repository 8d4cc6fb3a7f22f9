"""Scenes drawn ahead of training and kept as arrays, because drawing costs more than reading.

A pool is two files: ``<name>_pictures.npy`` (n, SIDE, SIDE, 3) bytes, and ``<name>_objects.npy``
(n, MAX_OBJECTS, 7) with shape, colour, fill, x, y, width, height; x to height as shares of the
picture, absent objects -1.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.scenes import MAX_OBJECTS, Placed, Style, scene

SIDE = 160  #: the model sees every picture at this width and height
Pictures = NDArray[np.uint8]
Objects = NDArray[np.float32]

EASY = Style(count=(0, 8), diameter=(0.10, 0.55))
CROWDED = Style(count=(4, MAX_OBJECTS), diameter=(0.09, 0.32))

#: What training draws from: how many scenes, their seed and style.
POOLS: dict[str, tuple[int, int, Style]] = {
    "easy-1": (9000, 1, EASY),
    "crowded-1": (7000, 2, CROWDED),
    "easy-2": (8000, 3, EASY),
    "crowded-2": (6000, 4, CROWDED),
}


def as_model_sees(image: Image.Image) -> Pictures:
    """The picture at the model's size, as the shipped image processor makes it."""
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR), np.uint8)


def object_rows(placed: Sequence[Placed], size: tuple[int, int]) -> Objects:
    """Objects as rows of (MAX_OBJECTS, 7), boxes as shares of a picture of ``size`` (w, h)."""
    rows = np.full((MAX_OBJECTS, 7), -1, np.float32)
    w, h = size
    for row, o in zip(rows, placed, strict=False):
        row[:] = (o.shape, o.colour, o.fill, o.x / w, o.y / h, o.width / w, o.height / h)
    return rows


def draw(count: int, seed: int, style: Style) -> tuple[Pictures, Objects]:
    """Draw ``count`` scenes; each has a generator of its own."""
    pictures = np.zeros((count, SIDE, SIDE, 3), np.uint8)
    objects = np.zeros((count, MAX_OBJECTS, 7), np.float32)
    for k in range(count):
        rng = random.Random(f"{seed}/{k}")
        image, placed = scene(rng, style)
        pictures[k], objects[k] = as_model_sees(image), object_rows(placed, image.size)
    return pictures, objects


def write_pool(folder: Path, name: str) -> None:
    """Draw a pool and store it; one already there is kept."""
    target = folder / f"{name}_objects.npy"
    if target.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    pictures, objects = draw(*POOLS[name])
    np.save(folder / f"{name}_pictures.npy", pictures)
    np.save(target, objects)


def read_pool(folder: Path, name: str) -> tuple[Pictures, Objects]:
    """A stored pool; the pictures stay on disk until they are read."""
    pictures = np.load(folder / f"{name}_pictures.npy", mmap_mode="r")
    return pictures, np.load(folder / f"{name}_objects.npy")


def batch(
    pictures: Pictures, objects: Objects, size: int, rng: np.random.Generator
) -> tuple[Pictures, Objects]:
    """A random batch, flipped and transposed at random."""
    chosen = np.sort(rng.choice(len(pictures), size, replace=False))
    x, o = np.array(pictures[chosen]), objects[chosen].copy()
    there = o[..., 0] >= 0
    for axis, start, extent in ((2, 3, 5), (1, 4, 6)):
        if rng.random() < 0.5:
            x = np.flip(x, axis)
            o[..., start] = np.where(there, 1 - o[..., start] - o[..., extent], -1)
    return np.ascontiguousarray(x), o
