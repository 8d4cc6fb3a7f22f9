import pytest

from core.inference.textengine.detokenise import TextBuilder, Vocabulary
from tests.core.inference.textengine.support import byte_tokenizer

SPLIT = "añ 你好，世界 😀👩‍👩‍👧 e\u0301 ✓"


def pieces(text: str, *stops: str) -> tuple[list[str], TextBuilder]:
    tokenizer = byte_tokenizer()
    builder = TextBuilder(Vocabulary(tokenizer), stops)
    told = []
    for token_id in tokenizer(text).input_ids:
        piece, met = builder.push(token_id)
        told.append(piece)
        if met:
            break
    return told, builder


def test_a_character_split_over_tokens_is_shown_once_it_is_whole() -> None:
    told, builder = pieces(SPLIT)

    assert len(told) > len(SPLIT)
    assert not any("\N{REPLACEMENT CHARACTER}" in piece for piece in told)
    assert "".join(told) == builder.text == SPLIT


def test_a_character_cut_off_at_the_end_is_dropped() -> None:
    tokenizer = byte_tokenizer()
    builder = TextBuilder(Vocabulary(tokenizer), ())

    for token_id in tokenizer("ok 😀").input_ids[:-1]:
        builder.push(token_id)
    builder.flush()

    assert builder.text == "ok "


@pytest.mark.parametrize(
    ("stops", "expected"),
    [
        (("cd",), "ab"),
        (("zz", "d"), "abc"),
        (("abcdef",), ""),
        (("好",), "abcdef 你"),
    ],
)
def test_a_stop_string_and_what_follows_is_cut(stops: tuple[str, ...], expected: str) -> None:
    told, builder = pieces("abcdef 你好 ghi", *stops)

    assert "".join(told) == builder.text == expected


def test_text_that_may_begin_a_stop_string_waits_and_is_released_if_it_does_not() -> None:
    told, builder = pieces("a<b>c<br>d", "<br/>")

    assert told == ["a", "", "", "<b>", "c", "", "", "", "<br>", "d"]
    assert builder.text == "a<b>c<br>d"


def test_what_was_held_back_is_released_at_the_end() -> None:
    told, builder = pieces("a<br", "<br>")

    assert "".join(told) == "a"
    assert builder.flush() == "<br"
    assert builder.text == "a<br"


def test_nul_never_reaches_the_text() -> None:
    told, _ = pieces("a\0b")

    assert "".join(told) == "ab"


def test_a_part_of_a_character_is_named_by_its_number() -> None:
    tokenizer = byte_tokenizer()
    vocabulary = Vocabulary(tokenizer)
    first_byte = tokenizer("你").input_ids[0]

    assert vocabulary.name(first_byte) == f"<token {first_byte}>"
    assert vocabulary.name(tokenizer("x").input_ids[0]) == "x"
    assert vocabulary.name(256) == "<|end|>"
