from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer

from tests.training.conftest import ROOT
from training.writer.train import Plan, Training


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(ROOT / "models" / "reporter", local_files_only=True)


def test_a_resumed_training_goes_on_as_if_it_had_not_stopped(
    tokenizer: Any, tmp_path: Path
) -> None:
    plan = Plan(tokens=512)
    whole, second = Training(plan, tokenizer), Training(plan, tokenizer)
    for _ in range(3):
        whole.advance()
    whole.save(tmp_path / "state.pt")
    second.load(tmp_path / "state.pt")
    whole.report()
    for training in (whole, second):
        training.advance()
    assert second.sum == whole.sum
    assert (second.step, second.pool, second.place) == (whole.step, whole.pool, whole.place)


def test_the_pace_rises_stays_falls_and_falls_again_from_half() -> None:
    plan = Plan()
    turn = plan.steps - plan.again
    assert plan.pace(0) < 0.02
    assert plan.pace(turn - plan.decay) == 1
    assert plan.pace(turn - 1) < 0.001
    assert plan.pace(turn) == 0.5
    assert plan.pace(plan.steps - 1) < 0.001
