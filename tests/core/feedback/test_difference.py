"""What was changed in a text, word by word."""

import random
from itertools import pairwise
from time import perf_counter

import pytest

from core.feedback.difference import MAX_WORDS, Change, closest, difference


def marked(before: str, after: str) -> str:
    signs = {Change.KEPT: "{}", Change.REMOVED: "[-{}-]", Change.ADDED: "[+{}+]"}
    return "".join(signs[piece.change].format(piece.text) for piece in difference(before, after))


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("", "", ""),
        ("same", "same", "same"),
        ("", "new", "[+new+]"),
        ("old", "", "[-old-]"),
        ("Three red cats.", "Two red cats.", "[-Three-][+Two+] red cats."),
        ("Three cats", "Three nice cats", "Three [+nice +]cats"),
        ("one two three", "six seven three", "[-one two-][+six seven+] three"),
        ("a blue star", "a blue star and more", "a blue star[+ and more+]"),
        ("共有三个红色圆形", "共有两个红色圆形", "共有[-三-][+两+]个红色圆形"),
        ("2 cats; 1 dog", "2 cats, 1 dog", "2 cats[-;-][+,+] 1 dog"),
        ("a\nb", "a\n\nb", "a[-\n-][+\n\n+]b"),
        ("été 한국어 слово", "été 한국 слово", "été [-한국어-][+한국+] слово"),
    ],
)
def test_words_that_changed_are_marked(before: str, after: str, shown: str) -> None:
    assert marked(before, after) == shown


def test_the_pieces_make_up_both_texts() -> None:
    """Whatever the texts: nothing is lost, doubled or split without need."""
    chance = random.Random(7)  # noqa: S311
    alphabet = ["cat", "dog", " ", "  ", "\n", ".", "-", "三", "ア", "é", "\u0301", "🙂", "_", "\t"]
    for _ in range(500):
        before, after = (
            "".join(chance.choice(alphabet) for _ in range(chance.randrange(12))) for _ in range(2)
        )
        pieces = difference(before, after)
        assert "".join(p.text for p in pieces if p.change is not Change.ADDED) == before
        assert "".join(p.text for p in pieces if p.change is not Change.REMOVED) == after
        for one, next_one in pairwise(pieces):
            assert one.change is not next_one.change
            assert (one.change, next_one.change) != (Change.ADDED, Change.REMOVED)


def test_very_long_texts_are_compared_by_lines() -> None:
    lines = [f"line {number} of the text\n" for number in range(MAX_WORDS)]
    changed = [*lines[:9], "another line\n", *lines[10:]]
    began = perf_counter()
    pieces = difference("".join(lines), "".join(changed))
    assert perf_counter() - began < 2
    assert [piece.text for piece in pieces[1:3]] == ["line 9 of the text\n", "another line\n"]


def test_a_correction_belongs_to_the_output_it_is_most_like() -> None:
    texts = ["Two red cats.", "A blue star.", ""]
    assert closest(texts, "A green star.") == "A blue star."
    assert closest(texts, "Three red cats.") == "Two red cats."
    assert closest(["only"], "something else") == "only"
    assert closest([], "something") == ""
