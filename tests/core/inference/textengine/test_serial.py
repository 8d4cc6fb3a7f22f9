"""A model that cannot be batched: the same events, cancels and time-outs, one at a time."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.generation.types import FinishReason, Lead, SamplingParams
from core.inference.loader import LoadedTextModel
from core.inference.textengine.engine import TextEngine
from tests.core.inference.textengine.families import SERIAL, checkpoint
from tests.core.inference.textengine.support import (
    GREEDY,
    PATIENCE_S,
    before_forward,
    cancel_after,
    generated_ids,
    listen,
    tiny,
    wait_until,
)

StartEngine = Callable[..., TextEngine]


@pytest.fixture(scope="module")
def mamba(tmp_path_factory: pytest.TempPathFactory) -> LoadedTextModel:
    folder: Path = tmp_path_factory.mktemp("mamba")
    return checkpoint("mamba", SERIAL["mamba"], folder)


def test_settings_seeds_stops_and_alternatives_are_those_of_every_engine(
    mamba: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(mamba)
    warm = SamplingParams(max_new_tokens=20, temperature=1.0, top_p=0.9, seed=5, top_logprobs=5)
    first, again, other = (
        listen(engine, "abc", replace(warm, seed=seed)).end_ids() for seed in (5, 5, 6)
    )
    assert first == again != other

    heard = listen(engine, "abc", replace(GREEDY, top_logprobs=5, repetition_penalty=1.3))
    expected = generated_ids(mamba, "abc", max_new_tokens=40, repetition_penalty=1.3)
    assert heard.end_ids() == expected
    assert all(event.entropy and len(event.top) == 5 for event in heard.events)
    stop = heard.text[3]
    cut = listen(engine, "abc", replace(GREEDY, repetition_penalty=1.3, stop=(stop,)))
    assert cut.end().text == heard.text[: heard.text.index(stop)]


def test_writing_on_from_a_lead_equals_one_longer_run(
    mamba: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(mamba)
    whole = listen(engine, "abc").end_ids()
    rest = listen(engine, "abc", replace(GREEDY, max_new_tokens=30), lead=Lead("", (*whole[:10],)))

    assert whole[:10] + rest.end_ids() == whole


def test_cancel_ends_the_one_written_and_those_that_wait(
    mamba: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(mamba)
    gate = threading.Event()
    with before_forward(mamba, lambda _: gate.wait(PATIENCE_S)):
        cut = listen(engine, "abc", GREEDY, cancel_after(7))
        waiting, after = listen(engine, "def"), listen(engine, "ghi")
        wait_until(lambda: cut.started == 1)
        assert [one.sequence.position() for one in (cut, waiting, after) if one.sequence] == [
            0,
            1,
            2,
        ]
        assert waiting.sequence is not None
        waiting.sequence.cancel()
        gate.set()
        assert after.end().reason is FinishReason.LENGTH

    assert cut.end().reason is FinishReason.CANCELLED
    assert cut.ids == generated_ids(mamba, "abc", max_new_tokens=7)
    assert waiting.end().reason is FinishReason.CANCELLED
    assert waiting.events == []
    assert (engine.stats().active, engine.stats().queued) == (0, 0)


def test_a_model_that_does_not_return_times_out(
    mamba: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(mamba, timeout_s=0.3)
    gate = threading.Event()
    with before_forward(mamba, lambda _: gate.wait(PATIENCE_S)):
        stuck = listen(engine, "abc")
        assert stuck.end().reason is FinishReason.TIMEOUT
        gate.set()

    assert listen(engine, "abc").end().reason is FinishReason.LENGTH


def test_an_error_of_the_model_ends_one_and_the_thread_survives(
    mamba: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(mamba)
    steps = iter(range(1000))

    def fail(_: object) -> None:
        if next(steps) == 5:
            raise RuntimeError("a kernel failed")

    with before_forward(mamba, fail):
        bad, good = listen(engine, "abc"), listen(engine, "def")
        assert bad.end().reason is FinishReason.ERROR
        assert good.end().reason is FinishReason.LENGTH

    assert len(bad.ids) == 5
    assert good.ids == generated_ids(mamba, "def", max_new_tokens=40)


def test_a_model_that_answers_otherwise_in_a_batch_is_found_out(start_engine: StartEngine) -> None:
    llama = tiny("llama")

    def ignore_the_mask(given: dict[str, torch.Tensor]) -> None:
        given["attention_mask"].fill_(1)

    with before_forward(llama, ignore_the_mask):
        engine = start_engine(llama)
    heard = [listen(engine, prompt) for prompt in ("abc", "defgh")]

    assert not engine.abilities.batched
    assert "one after the other" in (engine.abilities.note or "")
    for one, prompt in zip(heard, ("abc", "defgh"), strict=True):
        assert one.end_ids() == generated_ids(llama, prompt, max_new_tokens=40)
