"""Backgrounds: plain, paper, gradient, grained, and soft mixtures that resemble a photograph."""

from __future__ import annotations

import colorsys
import math
import random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Floats = NDArray[np.float32]


def background(width: int, height: int, rng: random.Random, noise: np.random.Generator) -> Floats:
    """A background of (height, width, 3), values 0 to 255."""
    kind = rng.random()
    if kind < 0.22:
        picture = _plain(width, height, _paper(rng))
    elif kind < 0.36:
        picture = _plain(width, height, _tone(rng))
    elif kind < 0.52:
        picture = _gradient(width, height, rng)
    elif kind < 0.66:
        grain = noise.normal(0, rng.uniform(4, 18), (height, width, 1))
        picture = _plain(width, height, _tone(rng)) + grain.astype(np.float32)
    else:
        picture = _photographic(width, height, rng, noise)
    if rng.random() < 0.22:
        picture = _clutter(picture, rng)
    return np.asarray(np.clip(picture, 0, 255), np.float32)


def _tone(rng: random.Random) -> Floats:
    hsv = rng.random(), rng.uniform(0, 0.42), rng.uniform(0.12, 0.96)
    return np.array(colorsys.hsv_to_rgb(*hsv), np.float32) * 255


def _paper(rng: random.Random) -> Floats:
    light = rng.uniform(0.9, 1.0)
    return np.array([light, light, light - rng.uniform(0, 0.06)], np.float32) * 255


def _plain(width: int, height: int, colour: Floats) -> Floats:
    return np.broadcast_to(colour, (height, width, 3)).copy()


def _gradient(width: int, height: int, rng: random.Random) -> Floats:
    start, end, turn = _tone(rng), _tone(rng), rng.uniform(0, 2 * math.pi)
    y, x = np.arange(height)[:, None] / height - 0.5, np.arange(width)[None] / width - 0.5
    share = (x * math.cos(turn) + y * math.sin(turn) + 0.71) / 1.42
    return np.asarray(start + (end - start) * share[..., None], np.float32)


def _octave(
    width: int, height: int, cells: int, amplitude: float, noise: np.random.Generator
) -> Floats:
    """Smooth noise with about ``cells`` bumps across."""
    grey = noise.uniform(-amplitude, amplitude, (cells, cells, 1))
    coarse = 0.7 * grey + 0.5 * noise.uniform(-amplitude, amplitude, (cells, cells, 3)) + 128
    small = Image.fromarray(np.clip(coarse, 0, 255).astype(np.uint8))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC), np.float32) - 128


def _photographic(
    width: int, height: int, rng: random.Random, noise: np.random.Generator
) -> Floats:
    picture = _plain(width, height, _tone(rng))
    picture += _octave(width, height, rng.choice((3, 4, 5)), rng.uniform(25, 80), noise)
    picture += 0.5 * _octave(width, height, rng.choice((10, 16)), rng.uniform(20, 60), noise)
    picture += 0.3 * _octave(width, height, 40, 50, noise)
    return picture


def _clutter(picture: Floats, rng: random.Random) -> Floats:
    """Lines and shapeless patches that have no name in the domain."""
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    w, h = image.size
    for _ in range(rng.randint(1, 6)):
        colour = tuple(int(c) for c in _tone(rng))
        if rng.random() < 0.75:
            ends = [rng.randint(0, w), rng.randint(0, h), rng.randint(0, w), rng.randint(0, h)]
            draw.line(ends, fill=colour, width=rng.randint(1, max(2, w // 60)))
        else:
            draw.rectangle([0, int(h * rng.uniform(0.6, 0.9)), w, h], fill=colour)  # a floor
    if rng.random() < 0.4:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.6, 2)))
    return np.asarray(image, np.float32)
