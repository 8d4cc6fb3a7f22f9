from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer

from tests.training.conftest import ROOT
from training import loop
from training.writer.train import Plan, Training


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(ROOT / "models" / "reporter", local_files_only=True)


def test_a_resumed_training_goes_on_as_if_it_had_not_stopped(
    tokenizer: Any, tmp_path: Path
) -> None:
    plan = Plan(tokens=512)
    whole, second = Training(plan, tokenizer), Training(plan, tokenizer)
    loop.run(whole, 3, tmp_path / "state.pt")
    whole.report()
    whole.advance()
    loop.run(second, 4, tmp_path / "state.pt")
    assert second.sum == whole.sum
    assert (second.step, second.pool, second.place) == (whole.step, whole.pool, whole.place)


def test_the_pace_rises_stays_and_falls() -> None:
    plan = Plan()
    assert plan.pace(0) < 0.02
    assert plan.pace(plan.steps - plan.decay) == 1
    assert plan.pace(plan.steps - 1) < 0.001
