"""A drawn street: the sample that lies outside the detector's domain."""

from __future__ import annotations

from PIL import Image, ImageDraw


def sun(width: int, height: int) -> tuple[float, float, float, float]:
    """The sun's box (x0, y0, x1, y1): the one thing here that the detector has a name for."""
    return width * 0.82, height * 0.07, width * 0.82 + height * 0.17, height * 0.24


def street(width: int, height: int) -> Image.Image:
    """Houses, a tree, a lamp and a car under a sun; drawn double and reduced."""
    w, h = 2 * width, 2 * height
    image = Image.new("RGB", (w, h), (168, 208, 236))
    draw = ImageDraw.Draw(image)
    draw.ellipse(sun(w, h), fill=(250, 214, 70))
    for k, (tone, roof) in enumerate(
        (((222, 196, 160), (150, 70, 54)), ((196, 206, 190), (84, 96, 120)))
    ):
        _house(draw, w * (0.06 + 0.27 * k), h * 0.36, w * 0.22, h * 0.38, tone, roof)
    draw.rectangle([0, h * 0.74, w, h * 0.8], fill=(176, 172, 166))
    draw.rectangle([0, h * 0.8, w, h], fill=(88, 90, 96))
    for k in range(7):
        draw.rectangle(
            [w * (0.03 + 0.15 * k), h * 0.89, w * (0.1 + 0.15 * k), h * 0.905], fill=(236, 234, 222)
        )
    _tree(draw, w * 0.68, h * 0.74, h * 0.4)
    draw.rectangle([w * 0.825, h * 0.36, w * 0.832, h * 0.76], fill=(60, 64, 70))
    draw.ellipse([w * 0.812, h * 0.33, w * 0.845, h * 0.385], fill=(252, 244, 206))
    _car(draw, w * 0.4, h * 0.86, w * 0.24)
    return image.resize((width, height), Image.Resampling.LANCZOS)


Tone = tuple[int, int, int]


def _house(
    draw: ImageDraw.ImageDraw, x: float, y: float, w: float, h: float, wall: Tone, roof: Tone
) -> None:
    draw.rectangle([x, y, x + w, y + h], fill=wall)
    draw.polygon([(x - w * 0.06, y), (x + w / 2, y - h * 0.42), (x + w * 1.06, y)], fill=roof)
    draw.rectangle([x + w * 0.41, y + h * 0.58, x + w * 0.61, y + h], fill=(112, 82, 62))
    for dx in (0.12, 0.68):
        for dy in (0.14, 0.58):
            if dx < 0.4 or dy < 0.5 or dx > 0.6:
                box = [x + w * dx, y + h * dy, x + w * (dx + 0.2), y + h * (dy + 0.2)]
                draw.rectangle(box, fill=(206, 226, 238), outline=(250, 250, 246), width=5)


def _tree(draw: ImageDraw.ImageDraw, x: float, foot: float, h: float) -> None:
    draw.rectangle(
        [x - h * 0.04, foot - h * 0.45, x + h * 0.04, foot + h * 0.06], fill=(104, 78, 56)
    )
    for dx, dy, r in (
        (-0.17, -0.55, 0.19),
        (0.17, -0.55, 0.19),
        (0.0, -0.78, 0.23),
        (0.0, -0.56, 0.2),
    ):
        cx, cy, rr = x + dx * h, foot + dy * h, r * h
        draw.ellipse([cx - rr, cy - rr, cx + rr, cy + rr], fill=(92, 138, 84))


def _car(draw: ImageDraw.ImageDraw, x: float, foot: float, w: float) -> None:
    body, glass = (178, 52, 58), (204, 222, 232)
    draw.rounded_rectangle([x, foot - w * 0.24, x + w, foot - w * 0.06], radius=w * 0.06, fill=body)
    cabin = [(0.18, -0.23), (0.3, -0.4), (0.68, -0.4), (0.82, -0.23)]
    draw.polygon([(x + a * w, foot + b * w) for a, b in cabin], fill=body)
    for a0, a1, b0, b1 in ((0.25, 0.33, 0.47, 0.47), (0.51, 0.51, 0.66, 0.74)):
        pane = [(a0, -0.24), (a1, -0.37), (b0, -0.37), (b1, -0.24)]
        draw.polygon([(x + a * w, foot + b * w) for a, b in pane], fill=glass)
    for a in (0.22, 0.78):
        for r, tone in ((0.09, (36, 38, 42)), (0.045, (190, 192, 196))):
            cx, cy = x + a * w, foot - 0.05 * w
            draw.ellipse([cx - r * w, cy - r * w, cx + r * w, cy + r * w], fill=tone)
