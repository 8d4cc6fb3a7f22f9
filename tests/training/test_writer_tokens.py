from __future__ import annotations

import random
from typing import Any

import pytest
from transformers import AutoTokenizer

from tests.training.conftest import ROOT
from training.writer.lessons import name
from training.writer.words import HELD_OUT_NOUNS, plural


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(ROOT / "models" / "reporter", local_files_only=True)


@pytest.mark.parametrize(
    "text",
    ["naïve café 🙂🚀", "你好，世界", "two  spaces\n and a line", "x=-1.5%", "1.234; 0.5 1000 ,5"],
)
def test_any_text_survives_the_tokenizer(tokenizer: Any, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text


def test_a_plural_begins_with_the_tokens_of_its_singular(tokenizer: Any) -> None:
    rng = random.Random(4)  # noqa: S311
    for label in (*HELD_OUT_NOUNS, *(name(rng) for _ in range(500))):
        one, many = (tokenizer.tokenize(f" {word}") for word in (label, plural(label)))
        if many[-2] == "ie":
            assert many == [*one[:-1], "ie", "s"]
        else:
            assert many[: len(one)] == one
            assert many[len(one) :] in (["s"], ["e", "s"])


def test_a_score_is_one_token(tokenizer: Any) -> None:
    assert "0.91" in tokenizer.tokenize("Findings: 2 cat (0.91, 0.64).")
    assert tokenizer.tokenize("(0.64)")[1] == "0.64"
