"""Every family streams the greedy text of transformers' own `generate`."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from core.generation.types import Message
from core.inference.loader import load_text_model
from core.inference.textengine.engine import TextEngine
from core.inference.types import ModelEntry
from core.runs.types import Task
from tests.core.inference.textengine.families import FAMILIES, SERIAL, checkpoint
from tests.core.inference.textengine.support import GREEDY, generated_ids, listen

StartEngine = Callable[..., TextEngine]

PROMPTS = (
    "a",
    "Two red circles and a blue square.",
    "crack 0.94; dent 0.81; scratch 0.66",
    "The quick brown fox jumps over the lazy dog, again and again.",
    "x y z",
)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_streams_the_greedy_text_of_generate(
    family: str, tmp_path: Path, start_engine: StartEngine
) -> None:
    loaded = checkpoint(family, FAMILIES[family], tmp_path)
    expected = [generated_ids(loaded, prompt, max_new_tokens=40) for prompt in PROMPTS]
    engine = start_engine(loaded, max_active=4, prefill_chunk=24)
    assert engine.abilities.batched

    alone = listen(engine, PROMPTS[1])
    alone.end()
    together = [listen(engine, prompt) for prompt in PROMPTS]
    for one in together:
        one.end()

    assert alone.ids == expected[1]
    assert [one.ids for one in together] == expected


@pytest.mark.parametrize("family", SERIAL)
def test_a_family_with_a_running_state_writes_for_one_after_the_other(
    family: str, tmp_path: Path, start_engine: StartEngine
) -> None:
    loaded = checkpoint(family, SERIAL[family], tmp_path)
    expected = [generated_ids(loaded, prompt, max_new_tokens=40) for prompt in PROMPTS]
    engine = start_engine(loaded)
    heard = [listen(engine, prompt) for prompt in PROMPTS]
    for one in heard:
        one.end()

    assert [one.ids for one in heard] == expected
    assert not engine.abilities.batched
    assert engine.abilities.note
    assert family in engine.abilities.note
    assert engine.stats().places == 1


@pytest.mark.parametrize("family", ["llama", "mamba"])
def test_a_conversation_goes_through_the_checkpoints_own_template(
    family: str, tmp_path: Path, start_engine: StartEngine
) -> None:
    loaded = checkpoint(family, {**FAMILIES, **SERIAL}[family], tmp_path)
    messages = [Message("system", "be brief"), Message("user", "hello")]
    heard = listen(start_engine(loaded), messages)
    heard.end()

    by_hand = "[system] be brief\n[user] hello\n> "
    assert heard.ids == generated_ids(loaded, by_hand, max_new_tokens=40)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device answers")
@pytest.mark.parametrize("family", FAMILIES)
def test_half_precision_on_a_gpu_writes_what_the_cpu_writes(
    family: str, tmp_path: Path, start_engine: StartEngine
) -> None:
    slow = checkpoint(family, FAMILIES[family], tmp_path)
    fast = load_text_model(ModelEntry(family, Task.GENERATION, str(tmp_path)), "cuda")
    engine = start_engine(fast, max_active=16)
    heard = [listen(engine, prompt) for prompt in PROMPTS]
    for one in heard:
        one.end()

    assert fast.model.dtype is torch.float16
    same = [
        one.ids[:4] == generated_ids(slow, prompt, max_new_tokens=4)
        for one, prompt in zip(heard, PROMPTS, strict=True)
    ]
    assert sum(same) >= len(PROMPTS) - 1  # two nearly equal tokens may fall either way
