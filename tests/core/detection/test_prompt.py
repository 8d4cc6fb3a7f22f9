"""Free text into phrases, as the user meant them."""

import pytest

from core.detection.prompt import MAX_PHRASE_CHARS, parse
from core.errors import Invalid


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("red circle. blue star.", ("red circle", "blue star")),
        ("cat, dog; bird\nfish", ("cat", "dog", "bird", "fish")),
        ("红色圆形。蓝色星形，猫、狗；鱼", ("红色圆形", "蓝色星形", "猫", "狗", "鱼")),
        ("  a   red\tcircle  ", ("a red circle",)),
        ("Cat. cat. CAT. dog", ("Cat", "dog")),
        ("1.5 inch nut. bolt", ("1.5 inch nut", "bolt")),
        ("bolt 3. nut", ("bolt 3", "nut")),
        ("bolt 3.nut", ("bolt 3", "nut")),
        ("..car..taxi..", ("car", "taxi")),
        ("car taxi", ("car taxi",)),
        ("zero\u200bwidth\ufeff", ("zerowidth",)),
        ("C++, 5 €, ★", ("C++", "5 €", "★")),
    ],
)
def test_splits_where_phrases_end(text: str, phrases: tuple[str, ...]) -> None:
    assert parse(text, 50) == phrases


@pytest.mark.parametrize("text", ["", "   ", "\n\t\n", ". , ;", "\u200b", "。、"])
def test_blank_text_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="No phrase was given; type what to find"):
        parse(text, 50)


@pytest.mark.parametrize(
    ("char", "name"), [("\x00", "U+0000"), ("\x1b", "U+001B"), ("\ud800", "U+D800")]
)
def test_control_characters_are_refused_by_place_and_name(char: str, name: str) -> None:
    with pytest.raises(Invalid, match="Character 4 .*" + name.replace("+", r"\+")) as caught:
        parse(f"cat{char}dog", 50)
    assert caught.value.facts == {"position": 3, "character": name}


def test_a_phrase_of_marks_alone_is_refused() -> None:
    with pytest.raises(Invalid, match="“!” has no letter or digit"):
        parse("cat. !", 50)


def test_limits_are_exact_and_named() -> None:
    longest = "x" * MAX_PHRASE_CHARS
    assert parse(longest, 50) == (longest,)
    with pytest.raises(Invalid, match="101 characters; at most 100"):
        parse(longest + "x", 50)
    assert len(parse(". ".join(f"cat {n}" for n in range(5)), 5)) == 5
    with pytest.raises(Invalid, match="6 phrases were given; at most 5") as caught:
        parse(". ".join(f"cat {n}" for n in range(6)), 5)
    assert caught.value.facts == {"phrases": 6, "max_phrases": 5}


def test_a_whole_book_is_refused_before_it_is_read() -> None:
    with pytest.raises(Invalid, match="1000000 characters; at most 5100"):
        parse("a." * 500_000, 50)
