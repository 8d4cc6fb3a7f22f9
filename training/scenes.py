"""Whole pictures: objects placed on a background, with what a camera or a file format adds."""

from __future__ import annotations

import io
import math
import random
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from training.backgrounds import Floats, background
from training.domain import COLOUR_NAMES, FILLS, SHAPES, held_out
from training.paint import TRAINING_RENDERERS, Renderer, Tile, paint

MAX_OBJECTS = 12
#: Share of an object's pixels that later objects may cover.
MAX_COVERED = 0.25
MIN_CONTRAST = 100.0  #: smallest sum of the three channels' mean differences to the ground


@dataclass(frozen=True)
class Placed:
    """An object in a picture: indices into the domain's tables and its box in pixels."""

    shape: int
    colour: int
    fill: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Style:
    """What a scene may hold: trained pairs of colour and shape, or only those kept out."""

    count: tuple[int, int] = (0, 6)
    aspect: float = 3.0  # largest ratio of the sides
    ratio: tuple[float, float] | None = None  # of width to height, instead of any up to `aspect`
    longest: tuple[int, ...] = (128, 160, 160, 224, 320)
    diameter: tuple[float, float] = (0.09, 0.5)  # of the square root of the area
    renderers: tuple[Renderer, ...] = TRAINING_RENDERERS
    pairs: Literal["trained", "new"] = "trained"
    camera: bool = True


@dataclass
class _Canvas:
    picture: Floats
    owner: NDArray[np.int16] = field(init=False)
    placed: list[Placed] = field(default_factory=list)
    area: list[list[int]] = field(default_factory=list)  # [whole, still visible]

    def __post_init__(self) -> None:
        self.owner = np.full(self.picture.shape[:2], -1, np.int16)


def scene(rng: random.Random, style: Style) -> tuple[Image.Image, list[Placed]]:
    """Draw one scene; the same generator state gives the same scene."""
    noise = np.random.default_rng(rng.getrandbits(32))
    width, height = _canvas_size(rng, style)
    canvas = _Canvas(background(width, height, rng, noise))
    renderer = rng.choice(style.renderers)
    for _ in range(rng.randint(*style.count)):
        for _attempt in range(8):
            if _place(canvas, rng, style, renderer):
                break
    picture = canvas.picture
    if style.camera:
        picture = _light(picture, rng, noise)
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    return (_camera(image, rng) if style.camera else image), canvas.placed


def _canvas_size(rng: random.Random, style: Style) -> tuple[int, int]:
    longest = rng.choice(style.longest)
    if style.ratio:
        return longest, round(longest / rng.uniform(*style.ratio))
    spread = math.log(style.aspect)
    ratio = math.exp(
        rng.uniform(0, spread) if rng.random() < 0.5 else rng.uniform(0, min(spread, 0.3))
    )
    short = max(32, round(longest / ratio))
    return (longest, short) if rng.random() < 0.6 else (short, longest)


def _choose(rng: random.Random, style: Style) -> tuple[int, int, int]:
    while True:
        shape, colour = rng.randrange(len(SHAPES)), rng.randrange(len(COLOUR_NAMES))
        if held_out(shape, colour) == (style.pairs == "new"):
            break
    fill = rng.choices(range(len(FILLS)), (0.46, 0.18, 0.18, 0.18))[0]
    if SHAPES[shape] == "ring" and FILLS[fill] == "outlined":
        fill = 0
    return shape, colour, fill


def _place(canvas: _Canvas, rng: random.Random, style: Style, renderer: Renderer) -> bool:
    """Try once to add an object; False when it would hide another or not stand out."""
    shape, colour, fill = _choose(rng, style)
    height, width = canvas.owner.shape
    root = math.sqrt(width * height)
    low, high = style.diameter
    share = math.exp(rng.uniform(math.log(max(low, 0.15) if fill else low), math.log(high)))
    diameter = min(max(round(share * root), 9), int(0.9 * min(width, height)) - 4)
    if diameter < 9:
        return False
    x, y = rng.randint(0, width - diameter - 4), rng.randint(0, height - diameter - 4)
    if canvas.owner[y + diameter // 2 + 2, x + diameter // 2 + 2] >= 0:
        return False
    tile = paint(SHAPES[shape], COLOUR_NAMES[colour], FILLS[fill], diameter, renderer, rng)
    if not _stands_out(canvas, tile, x, y) or not _leaves_others_visible(canvas, tile, x, y):
        return False
    side = tile.alpha.shape[0]
    rows, columns = np.nonzero(tile.inside)
    box = Placed(
        shape, colour, fill, x + int(columns.min()), y + int(rows.min()),
        int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1,
    )  # fmt: skip
    ground = canvas.picture[y : y + side, x : x + side]
    ground[:] = ground * (1 - tile.alpha[..., None]) + tile.rgb * tile.alpha[..., None]
    canvas.owner[y : y + side, x : x + side][tile.inside] = len(canvas.placed)
    canvas.placed.append(box)
    canvas.area.append([int(tile.inside.sum())] * 2)
    return True


def _stands_out(canvas: _Canvas, tile: Tile, x: int, y: int) -> bool:
    painted = tile.alpha > 0.8
    if painted.sum() < 12:
        return False
    side = tile.alpha.shape[0]
    ground = canvas.picture[y : y + side, x : x + side]
    colour = np.median(tile.rgb[painted], axis=0)
    return float(np.abs(ground[painted].mean(0) - colour).sum()) >= MIN_CONTRAST


def _leaves_others_visible(canvas: _Canvas, tile: Tile, x: int, y: int) -> bool:
    """Whether enough of every earlier object stays in sight; books what is covered."""
    side = tile.alpha.shape[0]
    under = canvas.owner[y : y + side, x : x + side][tile.inside]
    covered = np.bincount(under[under >= 0], minlength=len(canvas.area))
    hidden = [whole - seen + int(c) for (whole, seen), c in zip(canvas.area, covered, strict=True)]
    if any(
        h > MAX_COVERED * a[0] and c for h, a, c in zip(hidden, canvas.area, covered, strict=True)
    ):
        return False
    for area, c in zip(canvas.area, covered, strict=True):
        area[1] -= int(c)
    return True


def _light(picture: Floats, rng: random.Random, noise: np.random.Generator) -> Floats:
    """Exposure and sensor noise."""
    picture = (picture - 128) * rng.uniform(0.86, 1.1) + 128 + rng.uniform(-12, 12)
    if rng.random() < 0.4:
        grain = noise.normal(0, rng.uniform(1, 7), picture.shape)
        return np.asarray(picture + grain, np.float32)
    return np.asarray(picture, np.float32)


def _camera(image: Image.Image, rng: random.Random) -> Image.Image:
    """Blur and JPEG artefacts, sometimes."""
    if rng.random() < 0.15:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 1.0)))
    if rng.random() < 0.3:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=rng.randint(25, 85))
        image = Image.open(buffer).convert("RGB")
    return image
