"""The detector's word list. MM-Grounding-DINO finds its separators by fixed BERT ids."""

from __future__ import annotations

import string
from collections.abc import Iterator

from transformers import BertTokenizer

from training.domain import (
    ANY_OBJECT,
    ARTICLES,
    COLOUR_NAMES,
    COLOUR_WORDS,
    FILL_WORDS,
    FILLS,
    SHAPE_WORDS,
    SHAPES,
    SIZE_WORDS,
    SIZES,
    plural,
    words_for,
)  # fmt: skip

PAD, CLS, SEP, STOP = 0, 101, 102, 1012
_FIXED = {
    "[PAD]": PAD,
    "[UNK]": 100,
    "[CLS]": CLS,
    "[SEP]": SEP,
    "[MASK]": 103,
    ".": STOP,
    "?": 1029,
}
MAX_TOKENS = 256


def _words() -> Iterator[str]:
    for table, names in (
        (SHAPE_WORDS, SHAPES),
        (COLOUR_WORDS, COLOUR_NAMES),
        (FILL_WORDS, FILLS),
        (SIZE_WORDS, SIZES),
    ):
        for name in names:
            for phrase in words_for(table, name):
                yield from phrase.split()
                if table is SHAPE_WORDS:
                    yield plural(phrase.split()[-1])
    for noun in ANY_OBJECT:
        yield from (noun, plural(noun))
    yield from ARTICLES


def vocabulary() -> dict[str, int]:
    """Every token and its id, without gaps; the weights depend on the order."""
    taken = dict(_FIXED)
    letters = string.ascii_lowercase + string.digits + "-',!/()&:;"
    for k, token in enumerate([*letters, *("##" + c for c in letters)]):
        taken[token] = 104 + k
    following = 1030
    for word in _words():
        if word not in taken:
            taken[word] = following
            following += 1
    used = set(taken.values())
    taken |= {f"[unused{k}]": k for k in range(following) if k not in used}
    return dict(sorted(taken.items(), key=lambda item: item[1]))


def tokenizer() -> BertTokenizer:
    """A lower-casing word-piece tokenizer over that list."""
    return BertTokenizer(vocab=vocabulary(), do_lower_case=True, model_max_length=MAX_TOKENS)
