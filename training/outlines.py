"""Outlines of the shapes: closed polygons in a unit frame, x to the right and y downwards."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  #: (n, 2), about -1 to 1
TAU = 2 * math.pi


def _polar(radii: list[float], start: float = 0.0) -> Points:
    """One point for each radius, at equal angles from the top."""
    angles = np.linspace(0, TAU, len(radii), endpoint=False) + start
    r = np.array(radii)
    return np.stack([r * np.sin(angles), -r * np.cos(angles)], -1)


def _arc(
    radius: float, start: float, end: float, n: int = 24, centre: tuple[float, float] = (0, 0)
) -> Points:
    """Points on an arc, angles in radians from the right, clockwise on the screen."""
    t = np.linspace(start, end, n)
    return np.stack([centre[0] + radius * np.cos(t), centre[1] + radius * np.sin(t)], -1)


def _circle(rng: random.Random) -> list[Points]:
    return [_arc(1.0, 0, TAU, 40)]


def _ring(rng: random.Random) -> list[Points]:
    return [_arc(1.0, 0, TAU, 40), _arc(rng.uniform(0.48, 0.64), 0, TAU, 32)]


def _square(rng: random.Random) -> list[Points]:
    return [np.array([(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)])]


def _triangle(rng: random.Random) -> list[Points]:
    return [_polar([1.0] * 3)]


def _diamond(rng: random.Random) -> list[Points]:
    w = rng.uniform(0.6, 0.85)
    return [np.array([(0, -1.0), (w, 0), (0, 1.0), (-w, 0)])]


def _pentagon(rng: random.Random) -> list[Points]:
    return [_polar([1.0] * 5)]


def _star(rng: random.Random) -> list[Points]:
    return [_polar([1.0, rng.uniform(0.38, 0.48)] * 5)]


def _cross(rng: random.Random) -> list[Points]:
    w = rng.uniform(0.22, 0.36)
    quarter = [(-w, -1.0), (w, -1.0), (w, -w)]
    return [np.array([p for k in range(4) for p in (_turn(q, k) for q in quarter)])]


def _turn(p: tuple[float, float], quarters: int) -> tuple[float, float]:
    for _ in range(quarters):
        p = (-p[1], p[0])
    return p


def _heart(rng: random.Random) -> list[Points]:
    t = np.linspace(0, TAU, 40, endpoint=False)
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [np.stack([np.sin(t) ** 3, -y / 16 - 0.1], -1)]


def _arrow(rng: random.Random) -> list[Points]:
    w, neck, head = rng.uniform(0.16, 0.28), rng.uniform(-0.05, 0.25), rng.uniform(0.55, 0.75)
    return [
        np.array([(-1, -w), (neck, -w), (neck, -head), (1, 0), (neck, head), (neck, w), (-1, w)])
    ]


def _crescent(rng: random.Random) -> list[Points]:
    open_ = rng.uniform(0.75, 1.05)  # half the angle of the opening
    outer = _arc(1.0, open_, TAU - open_, 32)
    cut = rng.uniform(0.35, 0.5)  # centre of the inner arc
    tip = np.array([math.cos(open_) - cut, math.sin(open_)])
    r, a = float(np.hypot(*tip)), math.atan2(tip[1], tip[0])
    return [np.concatenate([outer, _arc(r, TAU - a, a, 28, (cut, 0))])]


def _semicircle(rng: random.Random) -> list[Points]:
    return [_arc(1.0, math.pi, TAU, 28) + np.array([0, 0.45])]


def _drop(rng: random.Random) -> list[Points]:
    sharp = rng.uniform(0.3, 0.45)
    body = _arc(0.62, -sharp, math.pi + sharp, 28, (0, 0.38))
    return [np.concatenate([np.array([(0.0, -1.0)]), body])]


def _cloud(rng: random.Random) -> list[Points]:
    left = _arc(0.36, math.pi / 2, 1.45 * math.pi, 10, (-0.62, 0.2))
    top = _arc(rng.uniform(0.46, 0.54), 1.08 * math.pi, 1.75 * math.pi, 14, (-0.12, -0.12))
    bump = _arc(0.38, 1.35 * math.pi, 2.05 * math.pi, 10, (0.36, -0.02))
    right = _arc(0.32, 1.6 * math.pi, 2.5 * math.pi, 10, (0.66, 0.24))
    return [np.concatenate([left, top, bump, right])]


def _bolt(rng: random.Random) -> list[Points]:
    k = rng.uniform(0.9, 1.1)
    pts = [
        (0.15, -1.0),
        (-0.6 * k, 0.12),
        (-0.08, 0.12),
        (-0.3, 1.0),
        (0.6 * k, -0.2),
        (0.1, -0.2),
        (0.5, -1.0),
    ]
    return [np.array(pts)]


def _hourglass(rng: random.Random) -> list[Points]:
    w, waist = rng.uniform(0.62, 0.8), rng.uniform(0.04, 0.12)
    return [np.array([(-w, -0.95), (w, -0.95), (waist, 0), (w, 0.95), (-w, 0.95), (-waist, 0)])]


#: For each shape its outline and by how many degrees it is turned at most.
_DRAW: dict[str, tuple[Callable[[random.Random], list[Points]], float]] = {
    "circle": (_circle, 180),
    "square": (_square, 12),
    "triangle": (_triangle, 25),
    "diamond": (_diamond, 8),
    "pentagon": (_pentagon, 36),
    "star": (_star, 36),
    "cross": (_cross, 18),
    "heart": (_heart, 20),
    "arrow": (_arrow, 180),
    "crescent": (_crescent, 180),
    "ring": (_ring, 180),
    "semicircle": (_semicircle, 180),
    "drop": (_drop, 25),
    "cloud": (_cloud, 10),
    "bolt": (_bolt, 18),
    "hourglass": (_hourglass, 12),
}


def outline(shape: str, rng: random.Random, upright: bool = False) -> list[Points]:
    """The contours of a shape, slightly varied and turned; a second contour is a hole."""
    draw, turn = _DRAW[shape]
    angle = 0.0 if upright else math.radians(rng.uniform(-turn, turn))
    if shape == "crescent" and upright:
        angle = math.radians(rng.uniform(-20, 20))
    stretch = np.array([1.0, 1.0])
    if not upright and rng.random() < 0.35:
        stretch[rng.randrange(2)] = rng.uniform(0.72, 1.0)
    turned = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return [contour @ turned * stretch for contour in draw(rng)]


def wobble(contour: Points, rng: random.Random, amount: float, n: int = 64) -> Points:
    """The contour as an unsteady hand would draw it: resampled to ``n`` points and bent."""
    closed = np.concatenate([contour, contour[:1]])
    steps = np.hypot(*np.diff(closed, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0, along[-1], n, endpoint=False)
    points = np.stack([np.interp(at, along, closed[:, k]) for k in range(2)], -1)
    t = np.linspace(0, TAU, n, endpoint=False)
    bend = np.zeros_like(points)
    for k in range(2, 7):
        for axis in range(2):
            bend[:, axis] += rng.uniform(-1, 1) / k * np.sin(k * t + rng.uniform(0, TAU))
    return points + amount * bend
