from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.training.conftest import ROOT
from training.writer.measure import cases, distinct, share_true, write

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
    ("said", "prompt"),
    [
        ("Findings: 3 red circle.", "<s>Findings: 3 red circle. Report:"),
        ("Findings: 3 red circle. Style: list.", "<s>Findings: 3 red circle. Style: list. Report:"),
        ("Findings: 1 car. Is there a car?", "<s>Findings: 1 car. Is there a car? Answer:"),
        ("Findings: none. Report:", "<s>Findings: none. Report:"),
        ("The image shows", "<s>The image shows"),
    ],
)
def test_a_chat_message_becomes_a_prompt(writer: tuple[Any, Any], said: str, prompt: str) -> None:
    message = {"role": "user", "content": said}
    text = writer[1].apply_chat_template([message], add_generation_prompt=True, tokenize=False)
    assert text == prompt


@pytest.mark.parametrize(
    ("kind", "held_out", "floor"),
    [
        ("report", False, 0.96),
        ("report", True, 0.96),
        ("question", False, 0.94),
        ("question", True, 0.90),
    ],
)
def test_what_it_says_stays_true(
    writer: tuple[Any, Any], kind: str, held_out: bool, floor: float
) -> None:
    assert share_true(*writer, cases(50, 5, kind, held_out)) >= floor


def test_samples_stay_true_and_differ(writer: tuple[Any, Any]) -> None:
    torch.manual_seed(0)
    assert share_true(*writer, cases(50, 6, "report", held_out=False), temperature=0.7) >= 0.94
    assert distinct(*writer, cases(10, 6, "report", held_out=False), temperature=0.7) >= 2.8


def test_a_style_is_honoured(writer: tuple[Any, Any]) -> None:
    found = "Findings: 2 red circle (0.90, 0.80); 1 blue star (0.60)."
    listed, short, detailed = write(
        *writer, [f"{found} Style: {style}. Report:" for style in ("list", "short", "detailed")]
    )
    assert listed.strip().lower() in (
        "- 2 red circles\n- 1 blue star",
        "- two red circles\n- one blue star",
    )
    assert short.count(".") == 1
    assert "0.90" in detailed
    assert "3 objects" in detailed


def test_nothing_found_is_said(writer: tuple[Any, Any]) -> None:
    (text,) = write(*writer, ["Findings: none. Report:"])
    assert "found" in text or "none" in text


@pytest.mark.parametrize("start", ["The image shows", "The picture contains"])
def test_an_opening_is_continued_to_its_end(writer: tuple[Any, Any], start: str) -> None:
    (text,) = write(*writer, [start], longest=60)
    assert text.strip().endswith(".")
