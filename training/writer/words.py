"""Labels for made-up findings: everyday words, words held back for measuring, invented words."""

from __future__ import annotations

import random
from pathlib import Path

from training.domain import COLOUR_NAMES, SHAPES

ADJECTIVES = (
    *COLOUR_NAMES, "striped", "dotted", "outlined", "solid", "small", "large", "wooden", "metal",
    "broken", "open", "parked", "dirty", "bright", "dark", "round", "old", "new", "damaged", "wet",
)  # fmt: skip


def _read(name: str) -> list[str]:
    """The words of a file beside this one."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8").split()


NOUNS = tuple(dict.fromkeys([*SHAPES, *_read("everyday.txt")]))
HELD_OUT_NOUNS = tuple(_read("held_out.txt"))


_ONSETS = (
    "b", "bl", "br", "c", "ch", "cl", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "l",
    "m", "n", "p", "ph", "pl", "r", "s", "sh", "sk", "sp", "st", "t", "th", "tr", "v", "w",
    "z",
)  # fmt: skip
_VOWELS = (
    "a", "e", "i", "o", "u", "a", "e", "i", "o", "u", "ai", "ea", "ee", "oa", "oo", "ou",
    "y",
)  # fmt: skip
_CODAS = (
    "n", "r", "l", "t", "m", "d", "g", "p", "ck", "nd", "nt", "rk", "st", "ng",
)  # fmt: skip
_OPEN = (
    "a", "e", "i", "o", "u", "an", "el", "in", "or", "un", "al",
)  # fmt: skip
_ENDS = (
    "s", "x", "ch", "sh", "y", "us", "is", "ss", "ey", "ie", "se", "xe", "che", "ty", "ry",
    "ly", "tch", "cus", "bus", "e",
)  # fmt: skip


def invented(rng: random.Random) -> str:
    """A word that means nothing: it can be copied but not remembered."""
    if rng.random() < 0.3:
        front, back = rng.choice(NOUNS), rng.choice(NOUNS)
        return front[: rng.randint(2, 4)] + back[-rng.randint(2, 4) :]
    parts = []
    for _ in range(rng.randint(1, 3)):
        coda = rng.choice(_CODAS) if rng.random() < 0.45 else ""
        parts.append(rng.choice(_ONSETS) + rng.choice(_VOWELS) + coda)
    return "".join(parts)


def coined(rng: random.Random) -> str:
    """A word stranger still, of any pieces and endings, so that every token is copied some time."""
    kind = rng.random()
    if kind < 0.4:
        parts = [_piece(rng) for _ in range(rng.randint(1, 3))]
    elif kind < 0.9:
        parts = [invented(rng)]
    else:
        parts = rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 5))
    if rng.random() < 0.15:
        parts.insert(0, rng.choice(_OPEN))
    if rng.random() < 0.25:
        parts.append(rng.choice(_ENDS))
    word = "".join(parts)
    return word if len(word) > 2 and word not in HELD_OUT_NOUNS else coined(rng)


def _piece(rng: random.Random) -> str:
    """Some letters of a real word."""
    word = rng.choice(NOUNS if rng.random() < 0.8 else ADJECTIVES)
    start = rng.randrange(max(1, len(word) - 2))
    return word[start : start + rng.randint(2, 5)]


def label(rng: random.Random, held_out: bool = False) -> str:
    """A label of one or two words."""
    if held_out:
        noun = rng.choice(HELD_OUT_NOUNS)
    else:
        kind = rng.random()
        noun = rng.choice(SHAPES if kind < 0.22 else NOUNS) if kind < 0.5 else invented(rng)
    if rng.random() < 0.6:
        first = invented(rng) if not held_out and rng.random() < 0.25 else rng.choice(ADJECTIVES)
        return f"{first} {noun}"
    return noun


def plural(text: str) -> str:
    """The plural of a label."""
    if text.endswith(("s", "x", "ch", "sh")):
        return text + "es"
    if text.endswith("y") and text[-2] not in "aeiou":
        return text[:-1] + "ies"
    return text + "s"


def one(text: str) -> str:
    """A label with its article."""
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}"
