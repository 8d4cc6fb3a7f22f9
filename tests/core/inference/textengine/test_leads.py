"""Where a text goes on after a lead, however the lead broke off."""

import pytest

from core.inference.textengine.detokenise import TextBuilder, Vocabulary
from tests.core.inference.textengine.support import byte_tokenizer


@pytest.mark.parametrize(
    ("lead", "read", "told"),
    [
        ("one ", 4, "two 😀"),
        ("one ", 6, "two 😀"),
        ("one two ", 9, "😀"),
        ("one two ", 11, "😀"),
        ("something else", 6, "o 😀"),
    ],
)
def test_lead_and_new_text_make_the_whole(lead: str, read: int, told: str) -> None:
    """`read`: how many of the tokens, here bytes, the lead has, whatever of them was told."""
    tokenizer = byte_tokenizer()
    ids = tokenizer("one two 😀").input_ids
    builder = TextBuilder(Vocabulary(tokenizer), (), ids[:read], lead)
    pieces = [builder.push(token_id)[0] for token_id in ids[read:]]

    assert "".join(pieces) == builder.text == told


def test_a_lead_that_completes_a_character_by_its_last_token_tells_it() -> None:
    tokenizer = byte_tokenizer()
    ids = tokenizer("é!").input_ids
    builder = TextBuilder(Vocabulary(tokenizer), (), ids[:2], "")

    assert builder.push(ids[2]) == ("é!", False)
