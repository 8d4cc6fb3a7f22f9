from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.training.conftest import ROOT
from training.writer.measure import cases, share_true, write

REPORTER = ROOT / "models" / "reporter"


@pytest.fixture(scope="module")
def writer() -> tuple[Any, Any]:
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(REPORTER, local_files_only=True)
    models: Any = AutoModelForCausalLM
    model, report = models.from_pretrained(
        REPORTER,
        local_files_only=True,
        use_safetensors=True,
        dtype=torch.float32,
        output_loading_info=True,
    )
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    return model, tokenizer


def test_the_writer_takes_at_least_a_thousand_tokens(writer: tuple[Any, Any]) -> None:
    assert writer[0].config.max_position_embeddings >= 1024


@pytest.mark.parametrize(
    "text", ["naïve café 🙂🚀", "你好，世界", "two  spaces\n and a line", "x=-1.5%"]
)
def test_any_text_survives_the_tokenizer(writer: tuple[Any, Any], text: str) -> None:
    tokenizer = writer[1]
    assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text


def test_a_plural_begins_with_the_tokens_of_its_singular(writer: tuple[Any, Any]) -> None:
    one, many = (writer[1].tokenize(f" red {word}") for word in ("tobimel", "tobimels"))
    assert many == [*one, "s"]


def test_a_chat_message_becomes_the_prompt_of_a_report(writer: tuple[Any, Any]) -> None:
    message = {"role": "user", "content": "Findings: 3 red circle; 1 blue star."}
    text = writer[1].apply_chat_template([message], add_generation_prompt=True, tokenize=False)
    assert text == "<s>Findings: 3 red circle; 1 blue star. Report:"


def test_reports_stay_true_above_their_floor(writer: tuple[Any, Any]) -> None:
    assert share_true(*writer, cases(25, 5, "report", held_out=False)) >= 0.75


def test_an_opening_is_continued(writer: tuple[Any, Any]) -> None:
    (text,) = write(*writer, ["The image shows"], longest=20)
    assert text.strip()
