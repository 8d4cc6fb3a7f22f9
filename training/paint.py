"""One object as a small picture: its mask, fill, colour and the manner it is drawn in."""

from __future__ import annotations

import colorsys
import math
import random
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from training.domain import COLOURS, NEUTRAL
from training.outlines import Points, outline, wobble

Floats = NDArray[np.float32]
Renderer = Literal["smooth", "hard", "hand", "sticker", "crayon"]

TRAINING_RENDERERS: tuple[Renderer, ...] = ("smooth", "smooth", "hard", "hand", "hand", "sticker")
HELD_OUT_RENDERER: Renderer = "crayon"
FINE = 3  #: masks are drawn this many times larger, then reduced


@dataclass(frozen=True)
class Tile:
    """A drawn object: opacity and colours (n, n[, 3]), and the pixels inside its outline."""

    alpha: Floats
    rgb: Floats
    inside: NDArray[np.bool_]


def colour_of(name: str, rng: random.Random) -> Floats:
    """A colour of that name, slightly varied, as three values 0 to 255."""
    h, s, v = COLOURS[name]
    if name in NEUTRAL:
        v += rng.uniform(-0.05, 0.05) if name == "grey" else rng.uniform(-0.05, 0.03)
    else:
        h = (h + rng.uniform(-0.014, 0.014)) % 1
        s = min(1.0, s + rng.uniform(-0.10, 0.06))
        v = min(1.0, v + rng.uniform(-0.08, 0.05))
    return np.array(colorsys.hsv_to_rgb(h, s, min(1.0, max(0.0, v))), np.float32) * 255


def paint(
    shape: str, colour: str, fill: str, diameter: int, renderer: Renderer, rng: random.Random,
    upright: bool = False,
) -> Tile:  # fmt: skip
    """Draw one object of about ``diameter`` pixels, turned at random unless ``upright``."""
    contours = outline(shape, rng, upright)
    if renderer in ("hand", "crayon"):
        contours = [wobble(c, rng, rng.uniform(0.02, 0.07)) for c in contours]
    side = diameter + 4
    whole, stroke = _masks(contours, diameter, side, fill, renderer, rng)
    inside = np.asarray(whole.reduce(FINE)) > 100
    alpha: Floats = np.asarray(stroke.reduce(FINE), np.float32) / np.float32(255)
    base = colour_of(colour, rng)
    rgb: Floats = np.broadcast_to(base, (side, side, 3)).copy()
    if fill in ("striped", "dotted"):
        gaps = _gaps(fill, side, diameter, rng, crooked=renderer in ("hand", "crayon"))
        if (renderer == "hand" and rng.random() < 0.4) or rng.random() < 0.15:
            alpha[gaps & ~_rim(whole)] = 0
        else:
            rgb[gaps] = _second_colour(colour, base, rng)
    if renderer == "sticker":
        rgb = _shade(rgb, side, rng)
        if fill != "outlined":
            alpha = _contour(rgb, alpha, whole, colour, rng)
    if renderer == "crayon":
        alpha = alpha * _grain(side, rng)
    if renderer == "hard":
        alpha = (alpha > 0.5).astype(np.float32)
    return Tile(alpha, rgb, inside)


def _masks(
    contours: list[Points],
    diameter: int,
    side: int,
    fill: str,
    renderer: Renderer,
    rng: random.Random,
) -> tuple[Image.Image, Image.Image]:
    """The whole shape, and what of it is painted, both at the fine scale."""
    placed = [
        [
            (side * FINE / 2 + x * diameter * FINE / 2, side * FINE / 2 + y * diameter * FINE / 2)
            for x, y in c
        ]
        for c in contours
    ]
    whole = Image.new("L", (side * FINE, side * FINE), 0)
    draw = ImageDraw.Draw(whole)
    for k, points in enumerate(placed):
        draw.polygon(points, fill=0 if k else 255)
    if fill != "outlined":
        return whole, whole
    thick = max(2.2, diameter * rng.uniform(0.06, 0.11)) * FINE
    line = Image.new("L", whole.size, 0)
    pen = ImageDraw.Draw(line)
    for points in placed:
        pen.line([*points, points[0], points[1]], fill=255, width=round(2 * thick), joint="curve")
    return whole, Image.fromarray(np.minimum(np.asarray(line), np.asarray(whole)))


def _rim(whole: Image.Image) -> NDArray[np.bool_]:
    """A thin rim inside the outline, so that an object with open gaps keeps its shape."""
    a = np.asarray(whole.reduce(FINE), np.float32)
    near = a.copy()
    for axis in (0, 1):
        for step in (-2, 2):
            near = np.minimum(near, np.roll(a, step, axis))
    return np.asarray((a > 60) & (near < 60))


def _gaps(
    fill: str, side: int, diameter: int, rng: random.Random, crooked: bool
) -> NDArray[np.bool_]:
    """Where the second colour of a pattern goes: bands or spots."""
    yy, xx = np.mgrid[:side, :side].astype(np.float32)
    if crooked:
        yy = yy + diameter * 0.03 * np.sin(xx / diameter * 9 + rng.uniform(0, 6))
        xx = xx + diameter * 0.03 * np.sin(yy / diameter * 8 + rng.uniform(0, 6))
    turn = rng.uniform(0, math.pi)
    u = xx * math.cos(turn) + yy * math.sin(turn)
    v = -xx * math.sin(turn) + yy * math.cos(turn)
    if fill == "striped":
        period = max(5.0, diameter * rng.uniform(0.14, 0.26))
        return np.asarray((u / period + rng.random()) % 1 < rng.uniform(0.4, 0.55))
    period = max(5.5, diameter * rng.uniform(0.16, 0.25))
    a, b = (u / period) % 1 - 0.5, (v / period) % 1 - 0.5
    return np.asarray(a * a + b * b < rng.uniform(0.25, 0.32) ** 2)


def _second_colour(colour: str, base: Floats, rng: random.Random) -> Floats:
    if colour == "white":
        return np.full(3, rng.uniform(110, 165), np.float32)
    if colour == "black":
        return np.full(3, rng.uniform(130, 240), np.float32)
    kind = rng.random()
    if kind < 0.35:
        return base * np.float32(0.38)
    if kind < 0.7 or colour == "grey":
        return base * np.float32(0.3) + np.float32(178)
    return np.full(3, rng.uniform(240, 255), np.float32)


def _shade(rgb: Floats, side: int, rng: random.Random) -> Floats:
    """Light from one side."""
    yy, xx = np.mgrid[:side, :side].astype(np.float32) / side - 0.5
    turn = rng.uniform(0, 2 * math.pi)
    light = 1 + rng.uniform(0.05, 0.28) * (xx * math.cos(turn) + yy * math.sin(turn))
    return np.asarray(np.clip(rgb * light[..., None], 0, 255), np.float32)


def _contour(
    rgb: Floats, alpha: Floats, whole: Image.Image, colour: str, rng: random.Random
) -> Floats:
    """Sometimes a dark or light line around the shape; returns the opacity, paints into ``rgb``."""
    if rng.random() < 0.5:
        return alpha
    tone = 35.0 if colour not in ("black", "grey") else 235.0
    if rng.random() < 0.3 and colour != "white":
        tone = 250.0
    rim = _rim(whole)
    rgb[rim] = tone
    return np.maximum(alpha, rim.astype(np.float32))


def _grain(side: int, rng: random.Random) -> Floats:
    """Uneven cover, as wax leaves on rough paper."""
    noise = np.random.default_rng(rng.getrandbits(32)).random((side, side)).astype(np.float32)
    return np.where(noise < rng.uniform(0.12, 0.3), np.float32(0.35), np.float32(0.95))
