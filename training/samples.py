"""The sample pictures: composed by hand from the domain's shapes, drawn by the same painters."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from training.backgrounds import Floats
from training.paint import Renderer, paint
from training.sample_scenes import Sample, Thing, samples
from training.street import street, sun


@dataclass(frozen=True)
class Truth:
    """What is in a sample, for measuring: words and box (x0, y0, x1, y1) in pixels."""

    shape: str
    colour: str
    fill: str
    box: tuple[float, float, float, float]


def render(sample: Sample) -> tuple[Image.Image, list[Truth]]:
    """Draw a sample; the same every time."""
    rng = random.Random(sample.file)
    width, height = sample.size
    if sample.ground == "street":
        return street(width, height), [Truth("circle", "yellow", "solid", sun(width, height))]
    picture = _ground(sample, rng)
    truths = [_put(picture, thing, sample.renderer, rng) for thing in sample.things]
    if sample.noise:
        picture += np.random.default_rng(len(sample.file)).normal(0, sample.noise, picture.shape)
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)), truths


def _ground(sample: Sample, rng: random.Random) -> Floats:
    """A gradient between two colours, with what the sample adds to it."""
    width, height = sample.size
    share = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    start, end = (np.array(c, np.float32) for c in sample.tones)
    picture = np.broadcast_to(start + (end - start) * share, (height, width, 3)).copy()
    if sample.ground == "plain":
        return picture
    image = Image.fromarray(picture.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    if sample.ground == "squared":
        for at in range(0, max(width, height), 36):
            draw.line([(at, 0), (at, height)], fill=(214, 224, 236), width=1)
            draw.line([(0, at), (width, at)], fill=(214, 224, 236), width=1)
    elif sample.ground == "soft":
        for _ in range(70):
            r, x, y = rng.uniform(0.05, 0.2) * width, rng.uniform(0, width), rng.uniform(0, height)
            tone = tuple(int(c + rng.uniform(-26, 26)) for c in (start + end) / 2)
            draw.ellipse([x - r, y - r, x + r, y + r], fill=tone)
        image = image.filter(ImageFilter.GaussianBlur(width / 28))
    return np.asarray(image, np.float32).copy()


def _put(picture: Floats, thing: Thing, renderer: Renderer, rng: random.Random) -> Truth:
    height, width = picture.shape[:2]
    diameter = round(thing.diameter * min(width, height))
    tile = paint(thing.shape, thing.colour, thing.fill, diameter, renderer, rng, upright=True)
    side = tile.alpha.shape[0]
    x = min(max(round(thing.x * width - side / 2), 0), width - side)
    y = min(max(round(thing.y * height - side / 2), 0), height - side)
    ground = picture[y : y + side, x : x + side]
    ground[:] = ground * (1 - tile.alpha[..., None]) + tile.rgb * tile.alpha[..., None]
    rows, columns = np.nonzero(tile.inside)
    box = (x + columns.min(), y + rows.min(), x + columns.max() + 1, y + rows.max() + 1)
    return Truth(thing.shape, thing.colour, thing.fill, tuple(map(float, box)))  # type: ignore[arg-type]


def write(folder: Path) -> None:
    """Draw all samples and their list into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for sample in samples():
        image, _ = render(sample)
        if sample.file.endswith(".jpg"):
            image.save(folder / sample.file, quality=sample.quality)
        else:
            if not sample.noise:
                image = image.quantize(255, dither=Image.Dither.NONE)
            image.save(folder / sample.file, optimize=True)
        entries.append(
            f'[[sample]]\nfile = "{sample.file}"\ntitle = "{sample.title}"\n'
            f'phrases = "{sample.phrases}"\nnote = "{sample.note}"\n'
        )
    (folder / "samples.toml").write_text(_HEAD + "\n".join(entries), encoding="utf-8")


_HEAD = """\
# The sample pictures offered beside the upload; drawn by `python -m training.samples`.
# They belong to this project and share its licence.

"""

if __name__ == "__main__":
    write(Path("ui/samples"))
