"""Phrases such as "small striped red circle": how they are worded and which objects they mean."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.dataset import Objects
from training.domain import (
    ANY_OBJECT,
    ARTICLES,
    COLOUR_NAMES,
    COLOUR_WORDS,
    FILL_WORDS,
    FILLS,
    LARGE_ABOVE,
    OUTSIDE,
    SHAPE_WORDS,
    SHAPES,
    SIZE_WORDS,
    SIZES,
    SMALL_BELOW,
    held_out,
    plural,
    words_for,
)  # fmt: skip


@dataclass(frozen=True)
class Phrase:
    """A wording and its meaning: an index, or None where anything will do."""

    text: str
    shape: int | None = None
    colour: int | None = None
    fill: int | None = None
    size: str | None = None
    outside: bool = False

    def matches(self, objects: Objects) -> NDArray[np.bool_]:
        """Which rows of (..., 8) this phrase means."""
        there: NDArray[np.bool_] = objects[..., 0] >= 0
        if self.outside:
            return np.zeros_like(there)
        for column, wanted in enumerate((self.shape, self.colour, self.fill)):
            if wanted is not None:
                there = there & (objects[..., column] == wanted)
        if self.size is None:
            return there
        extent = objects[..., 7]
        fits = extent < SMALL_BELOW if self.size == "small" else extent > LARGE_ABOVE
        return np.asarray(there & fits)


def word(
    shape: int | None = None, colour: int | None = None, fill: int | None = None,
    size: str | None = None, rng: random.Random | None = None,
) -> Phrase:  # fmt: skip
    """Put a meaning into words: the usual ones, or varied ones when given a generator."""
    parts = []
    if size is not None:
        parts.append(_pick(words_for(SIZE_WORDS, size), rng))
    if fill is not None:
        parts.append(_pick(words_for(FILL_WORDS, FILLS[fill]), rng))
    if colour is not None:
        parts.append(_pick(words_for(COLOUR_WORDS, COLOUR_NAMES[colour]), rng))
    if rng is not None and len(parts) > 1 and rng.random() < 0.1:
        rng.shuffle(parts)
    bare = shape is None and parts and rng is not None and rng.random() < 0.2
    if not bare:
        noun = _pick(
            words_for(SHAPE_WORDS, SHAPES[shape]) if shape is not None else ANY_OBJECT, rng
        )
        parts.append(plural(noun) if rng is not None and rng.random() < 0.12 else noun)
    if rng is not None and rng.random() < 0.15:
        parts.insert(0, rng.choice(ARTICLES))
    return Phrase(" ".join(parts), shape, colour, fill, size)


def _pick(options: tuple[str, ...], rng: random.Random | None) -> str:
    if rng is None or rng.random() < 0.6:
        return options[0]
    return rng.choice(options)


def prompt(objects: Objects, rng: random.Random, wanted: int) -> list[Phrase]:
    """Phrases for one training picture: some that fit, near misses, and some that fit nothing."""
    chosen: dict[str, Phrase] = {}
    rows = [row for row in objects if row[0] >= 0]
    rng.shuffle(rows)
    fewest = 0 if rng.random() < 0.12 else 1
    for row in rows[: rng.randint(fewest, max(1, min(len(rows), wanted - 2)))]:
        for phrase in _about(row, rng):
            chosen.setdefault(phrase.text, phrase)
    length = rng.choice((wanted, wanted, wanted, 1, 2, 4, 2 * wanted))
    for phrase in _unrelated(rng):
        if len(chosen) >= length:
            break
        chosen.setdefault(phrase.text, phrase)
    phrases = list(chosen.values())
    rng.shuffle(phrases)  # before cutting, or a lone phrase would always fit
    return phrases[:length]


def _size_of(row: Objects) -> str | None:
    return "small" if row[7] < SMALL_BELOW else "large" if row[7] > LARGE_ABOVE else None


def _about(row: Objects, rng: random.Random) -> Iterator[Phrase]:
    """A phrase for an object of the picture and, often, the same with one part changed."""
    shape: int | None = int(row[0])
    colour: int | None = int(row[1])
    fill: int | None = int(row[2]) if rng.random() < 0.25 else None
    size = _size_of(row) if rng.random() < 0.2 else None
    kind = rng.random()
    if kind < 0.18:
        colour = None
    elif kind < 0.32:
        shape = None
    elif kind < 0.4:
        shape = colour = None
    yield word(shape, colour, fill, size, rng)
    if rng.random() < 0.6:
        yield from _near_miss(shape, colour, fill, size, rng)


def _near_miss(
    shape: int | None, colour: int | None, fill: int | None, size: str | None, rng: random.Random
) -> Iterator[Phrase]:
    parts = [
        p
        for p, v in (("s", shape), ("s", shape), ("c", colour), ("f", fill), ("z", size))
        if v is not None
    ]
    part = rng.choice(parts) if parts else ""
    if part == "s":
        shape = rng.randrange(len(SHAPES))
    elif part == "c":
        colour = rng.randrange(len(COLOUR_NAMES))
    elif part == "f":
        fill = rng.randrange(len(FILLS))
    elif part == "z":
        size = rng.choice(SIZES)
    if shape is None or colour is None or not held_out(shape, colour):
        yield word(shape, colour, fill, size, rng)


def _unrelated(rng: random.Random) -> Iterator[Phrase]:
    """An endless supply of phrases chosen without looking at the picture."""
    while True:
        kind, shape, colour = (
            rng.random(),
            rng.randrange(len(SHAPES)),
            rng.randrange(len(COLOUR_NAMES)),
        )
        if kind < 0.1:
            noun = rng.choice(OUTSIDE)
            yield Phrase(
                f"{rng.choice(COLOUR_NAMES)} {noun}" if rng.random() < 0.4 else noun, outside=True
            )
        elif kind < 0.2:
            yield word(shape, None, rng.choice((None, rng.randrange(len(FILLS)))), None, rng)
        elif kind < 0.28:
            yield word(None, colour, None, None, rng)
        elif not held_out(shape, colour):
            yield word(shape, colour, rng.randrange(len(FILLS)) if kind < 0.4 else None, None, rng)
