"""The detector's figures on scenes of fixed seeds that training never drew."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from PIL import Image

from training.dataset import CROWDED, EASY, Objects, object_rows
from training.detector.predict import Detector
from training.detector.scoring import Boxes, Tally
from training.domain import COLOUR_NAMES, FILLS, SHAPES, SIZES, held_out
from training.paint import HELD_OUT_RENDERER
from training.phrases import Phrase, word
from training.scenes import Style, scene

Scene = tuple[Image.Image, Objects]
PhrasesFor = Callable[[Objects, random.Random], list[Phrase]]
VALIDATION, TEST = 100, 200  # seeds; training uses 1 to 8
FEWEST_PHRASES = 8


def scenes(count: int, seed: int, **changes: object) -> list[Scene]:
    """Fixed scenes, easy and crowded in turn, with changes to their style."""
    drawn = []
    for k in range(count):
        style: Style = replace((EASY, CROWDED)[k % 2], **changes)  # type: ignore[arg-type]
        image, placed = scene(random.Random(f"{seed}/{k}"), style)
        drawn.append((image, object_rows(placed, image.size)))
    return drawn


def true_boxes(objects: Objects, size: tuple[int, int]) -> Boxes:
    """The objects' boxes (n, 4) in pixels of a picture of ``size`` (w, h)."""
    x, y, w, h = (objects[:, k].astype(float) for k in (3, 4, 5, 6))
    return np.asarray(np.stack([x, y, x + w, y + h], -1) * np.array([*size, *size]))


def tally(
    detector: Detector,
    drawn: list[Scene],
    phrases_for: PhrasesFor,
) -> Tally:
    """Ask of every scene what ``phrases_for`` says and book the answers."""
    books = Tally()
    for k, (image, objects) in enumerate(drawn):
        phrases = phrases_for(objects, random.Random(k))
        found = detector.find(image, [p.text for p in phrases])
        meant = np.stack([p.matches(objects) for p in phrases])  # (phrases, objects)
        named = meant.any(0)
        books.add(
            found, true_boxes(objects, image.size)[named], meant.argmax(0)[named], len(phrases)
        )
    return books


def pairs(objects: Objects, rng: random.Random, new: bool = False) -> list[Phrase]:
    """Colour and shape of everything in the picture, and other pairs up to eight."""
    chosen = {word(int(o[0]), int(o[1])) for o in objects if o[0] >= 0}
    while len(chosen) < FEWEST_PHRASES:
        shape, colour = rng.randrange(len(SHAPES)), rng.randrange(len(COLOUR_NAMES))
        if held_out(shape, colour) == new:
            chosen.add(word(shape, colour))
    return sorted(chosen, key=lambda p: p.text)


def new_pairs(objects: Objects, rng: random.Random) -> list[Phrase]:
    """The same with pairs that training left out."""
    return pairs(objects, rng, new=True)


_FAMILIES: dict[str, list[Phrase]] = {
    'by shape ("circle")': [word(shape=k) for k in range(len(SHAPES))],
    'by colour ("red object")': [word(colour=k) for k in range(len(COLOUR_NAMES))],
    'by fill ("striped object")': [word(fill=k) for k in range(len(FILLS))],
    'by size ("small object")': [word(size=s) for s in SIZES],
}


def resized(drawn: list[Scene], factor: float) -> list[Scene]:
    """The same scenes at another resolution."""
    scaled = []
    for image, objects in drawn:
        size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
        scaled.append((image.resize(size, Image.Resampling.BICUBIC), objects))
    return scaled


def padded(drawn: list[Scene]) -> list[Scene]:
    """The same scenes in the middle of a grey picture of three to one."""
    wide = []
    for image, objects in drawn:
        w, h = image.size
        size = (max(w, 3 * h), h) if w >= h else (w, max(h, 3 * w))
        sheet = Image.new("RGB", size, (128, 128, 128))
        x, y = (size[0] - w) // 2, (size[1] - h) // 2
        sheet.paste(image, (x, y))
        moved = objects.copy()
        for start, extent, old, new, by in ((3, 5, w, size[0], x), (4, 6, h, size[1], y)):
            moved[:, start] = (objects[:, start] * old + by) / new
            moved[:, extent] = objects[:, extent] * old / new
        moved[objects[:, 0] < 0] = -1
        wide.append((sheet, moved))
    return wide


def gates(count: int) -> dict[str, tuple[list[Scene], PhrasesFor]]:
    """What the model has to show itself on: the scenes and the phrases to ask of each."""
    test = scenes(count, TEST)
    foreign = scenes(count, TEST + 2, renderers=(HELD_OUT_RENDERER,))
    return {
        "held-out scenes, trained pairs": (test, pairs),
        "pairs never trained": (scenes(count, TEST + 1, pairs="new"), new_pairs),
        "half resolution": (resized(test, 0.5), pairs),
        "double resolution": (resized(test, 2), pairs),
        "four times the resolution": (resized(test, 4), pairs),
        "padded to 3:1": (padded(test), pairs),
        "a renderer never trained": (foreign, pairs),
    }


def table(detector: Detector, count: int) -> Iterator[tuple[str, float, float]]:
    """Rows of the card: name, AP50 and AP50:95."""
    sets = gates(count)
    test = sets["held-out scenes, trained pairs"][0]
    sets |= {name: (test, lambda _o, _r, f=family: f) for name, family in _FAMILIES.items()}  # type: ignore[misc]
    for name, (drawn, phrases_for) in sets.items():
        books = tally(detector, drawn, phrases_for)
        yield name, books.average_precision(), books.strict()
