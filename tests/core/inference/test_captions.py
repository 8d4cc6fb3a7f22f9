"""Which words of a caption a box shows, from scores alone."""

import pytest

from core.inference.captions import grounded_words
from core.inference.words import Word, lowered, words_of

CAPTION = "A man with a red hat, beside a dog"


def read(text: str, *, caption: bool = True) -> tuple[Word, ...]:
    """One token for each run of letters, as long as there are any; all known but “zzz”."""
    offsets: list[tuple[int, int]] = []
    for place, char in enumerate(text):
        if not char.isalnum():
            continue
        if place and text[place - 1].isalnum() and char.isascii():
            offsets[-1] = offsets[-1][0], place + 1
        else:
            offsets.append((place, place + 1))
    known = [text[a:b] != "zzz" for a, b in offsets]
    return words_of(text, offsets, known, 1, caption=caption)


def grounded(text: str, threshold: float = 0.5, **scores: float) -> tuple[str, float] | None:
    words = read(text)
    run = grounded_words(words, [scores.get(w.text, 0.01) for w in words], text, threshold)
    return (text[run[0] : run[1]], round(run[2], 6)) if run else None


def test_neighbours_that_reach_the_threshold_belong_to_the_run() -> None:
    assert grounded(CAPTION, red=0.9, hat=0.7, dog=0.8) == ("red hat", 0.8)


def test_the_best_word_alone_where_nothing_reaches_it() -> None:
    assert grounded(CAPTION, red=0.3, hat=0.4) == ("hat", 0.4)


def test_grammar_joins_words_but_begins_and_ends_no_label() -> None:
    every = {"A": 0.9, "man": 0.9, "with": 0.6, "a": 0.6, "red": 0.8, "hat": 0.8}
    label, score = grounded(CAPTION, **every) or ("", 0)
    assert label == "man with a red hat"
    assert score == pytest.approx((0.9 + 0.6 + 0.6 + 0.8 + 0.8) / 5)


def test_a_gap_below_the_threshold_ends_the_run() -> None:
    assert grounded(CAPTION, man=0.9, a=0.9, red=0.8, hat=0.8) == ("man", 0.9)


def test_punctuation_ends_the_run() -> None:
    assert grounded("hat, dog", hat=0.8, dog=0.9) == ("dog", 0.9)


def test_grammar_and_unknown_words_alone_are_no_label() -> None:
    assert grounded("with the zzz", zzz=0.9, the=0.9) is None
    assert grounded("the dog", the=0.9, dog=0.2) == ("dog", 0.2)


def test_hyphens_apostrophes_and_ideographs() -> None:
    assert [word.text for word in read("a T-shirt, the dog’s 红色圆")] == [
        *("a", "T-shirt", "the", "dog’s", "红", "色", "圆")
    ]
    assert grounded("有红色圆", 红=0.9, 色=0.9) == ("红色", 0.9)


def test_words_know_their_tokens_and_characters() -> None:
    words = read("a T-shirt")
    assert [(w.start, w.end, w.first, w.last, w.names) for w in words] == [
        (0, 1, 1, 2, False),
        (2, 9, 2, 4, True),
    ]


def test_words_of_a_phrase_are_what_stands_between_spaces() -> None:
    assert [w.text for w in read("traffic light, left", caption=False)] == [
        *("traffic", "light,", "left")
    ]


@pytest.mark.parametrize("text", ["İstanbul", "STRASSE ẞ", "Ǆ red", "plain"])
def test_lower_case_keeps_every_character_in_its_place(text: str) -> None:
    assert len(lowered(text)) == len(text)
    assert lowered(text) == lowered(text).lower()
