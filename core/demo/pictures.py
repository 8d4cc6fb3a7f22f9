"""Small pictures of coloured shapes, such as the bundled detector knows."""

import hashlib
import math
import random
from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from core.demo.types import Picture, Thing
from core.demo.vocabulary import COLOURS, SHAPES

WIDTH, HEIGHT = 320, 240
MARK = "Glimpse demo data"
"""Written into every picture, so that it is known again when demo data is cleared away."""
MARK_PLACE = 49
"""Where it stands in the file, from 1: behind signature, header and the text's own name."""

_FINE = 3
"""Pictures are drawn this many times larger, then reduced."""
_PAPER = ((250, 248, 242), (236, 240, 244), (214, 222, 214), (92, 98, 110), (246, 232, 214))
_PAINT = {
    "red": (217, 38, 30), "orange": (245, 134, 18), "yellow": (245, 222, 30),
    "green": (34, 150, 70), "cyan": (48, 205, 220), "blue": (36, 72, 205),
    "purple": (122, 58, 160), "pink": (250, 150, 190), "brown": (112, 66, 32),
    "white": (252, 252, 252), "black": (18, 18, 20), "grey": (132, 132, 134),
}  # fmt: skip

Point = tuple[float, float]


def pictures(count: int) -> tuple[Picture, ...]:
    """The same pictures for every load, so that each is kept once."""
    return tuple(_picture(random.Random(number)) for number in range(count))  # noqa: S311


def _picture(draw: random.Random) -> Picture:
    canvas = Image.new("RGB", (WIDTH * _FINE, HEIGHT * _FINE), draw.choice(_PAPER))
    brush = ImageDraw.Draw(canvas)
    things = tuple(_things(draw))
    for thing in things:
        _paint(brush, thing)
    info = PngInfo()
    info.add_text("Source", MARK)
    file = BytesIO()
    canvas.reduce(_FINE).save(file, "PNG", pnginfo=info)
    content = file.getvalue()
    return Picture(hashlib.sha256(content).digest(), content, WIDTH, HEIGHT, things)


def _things(draw: random.Random) -> Iterator[Thing]:
    """Objects in some of the cells of a grid, so that none covers another; some come twice."""
    cells = [(column, row) for row in range(3) for column in range(4)]
    kinds = [
        (draw.choice(list(SHAPES)), draw.choice(list(COLOURS))) for _ in range(draw.randint(2, 5))
    ]
    for column, row in draw.sample(cells, draw.randint(3, 8)):
        shape, colour = draw.choice(kinds)
        size = draw.uniform(34, 70)
        left = column * 80 + draw.uniform(3, 77 - size)
        top = row * 80 + draw.uniform(3, 77 - size)
        yield Thing(shape, colour, (left, top, left + size, top + size))


def _paint(brush: ImageDraw.ImageDraw, thing: Thing) -> None:
    left, top, right, bottom = (value * _FINE for value in thing.box)
    paint = _PAINT[thing.colour]
    edge = (60, 60, 60) if thing.colour in {"white", "grey", "black"} else None
    box = (left, top, right, bottom)
    if thing.shape == "circle":
        brush.ellipse(box, fill=paint, outline=edge, width=_FINE)
    elif thing.shape == "ring":
        brush.ellipse(box, outline=paint, width=round((right - left) * 0.2))
    elif thing.shape == "semicircle":
        # The lower half of a circle twice as high, so that the box is full.
        brush.pieslice((left, top - (bottom - top), right, bottom), 0, 180, fill=paint)
    else:
        points = [
            (left + x * (right - left), top + y * (bottom - top)) for x, y in _OUTLINES[thing.shape]
        ]
        brush.polygon(points, fill=paint, outline=edge)


def _around(count: int, *radii: float) -> tuple[Point, ...]:
    """Corners around the middle, the first on top, stretched to fill the box."""
    angles = [2 * math.pi * place / count - math.pi / 2 for place in range(count)]
    reach = [radii[place % len(radii)] for place in range(count)]
    return _filled([(r * math.cos(a), r * math.sin(a)) for r, a in zip(reach, angles, strict=True)])


def _filled(points: list[Point]) -> tuple[Point, ...]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    return tuple(((x - min(xs)) / wide, (y - min(ys)) / high) for x, y in points)


def _heart() -> tuple[Point, ...]:
    turns = [2 * math.pi * place / 40 for place in range(40)]
    return _filled(
        [
            (
                16 * math.sin(t) ** 3,
                -13 * math.cos(t) + 5 * math.cos(2 * t) + 2 * math.cos(3 * t) + math.cos(4 * t),
            )
            for t in turns
        ]
    )


def _crescent() -> tuple[Point, ...]:
    outer = [math.radians(angle) for angle in range(60, 301, 12)]
    inner = [math.radians(angle) for angle in range(300, 59, -12)]
    return _filled(
        [(math.cos(a), math.sin(a)) for a in outer]
        + [(0.5 + 0.88 * (math.cos(a) - 0.5) * 0.6, math.sin(a) * 0.98) for a in inner]
    )


_OUTLINES: dict[str, tuple[Point, ...]] = {
    "square": ((0, 0), (1, 0), (1, 1), (0, 1)),
    "triangle": ((0.5, 0), (1, 1), (0, 1)),
    "diamond": ((0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)),
    "pentagon": _around(5, 1.0),
    "star": _around(10, 1.0, 0.42),
    "cross": (
        (0.33, 0), (0.67, 0), (0.67, 0.33), (1, 0.33), (1, 0.67), (0.67, 0.67),
        (0.67, 1), (0.33, 1), (0.33, 0.67), (0, 0.67), (0, 0.33), (0.33, 0.33),
    ),
    "arrow": ((0, 0.3), (0.55, 0.3), (0.55, 0), (1, 0.5), (0.55, 1), (0.55, 0.7), (0, 0.7)),
    "heart": _heart(),
    "crescent": _crescent(),
}  # fmt: skip
