"""How sequences share one engine, and that none can hurt another."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import torch
from prometheus_client import REGISTRY

from core.errors import LimitReached, Unavailable
from core.generation.types import FinishReason, SamplingParams, TokenEvent
from core.inference.loader import LoadedTextModel
from core.inference.textengine.engine import TextEngine
from core.inference.types import EngineEnd, TextRequest
from tests.core.inference.textengine.support import (
    ANYBODY,
    GREEDY,
    PATIENCE_S,
    Heard,
    cancel_after,
    engine_for,
    generated_ids,
    listen,
    tiny,
)

StartEngine = Callable[..., TextEngine]
LONG = replace(GREEDY, max_new_tokens=100)


@pytest.fixture
def llama() -> LoadedTextModel:
    return tiny("llama")


@contextmanager
def before_forward(loaded: LoadedTextModel, act: Callable[[Any], object]) -> Iterator[None]:
    """Call `act` with the arguments of each of the model's forward passes."""

    def hook(_module: object, _args: object, given: dict[str, Any]) -> None:
        act(given)

    handle = loaded.model.register_forward_pre_hook(hook, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


def test_a_cancelled_sequence_keeps_its_prefix_and_frees_its_place(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(llama, max_active=1)
    cut = listen(engine, "abc", LONG, cancel_after(7))
    after = listen(engine, "def")

    assert cut.end().reason is FinishReason.CANCELLED
    assert cut.ids == generated_ids(llama, "abc", max_new_tokens=100)[:7]
    assert cut.text == cut.end().text
    after.end()
    assert after.ids == generated_ids(llama, "def", max_new_tokens=40)
    assert (engine.stats().active, engine.stats().queued) == (0, 0)


def test_a_waiting_sequence_can_be_cancelled(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(llama, max_active=1)
    waiting: list[Heard] = []

    def cancel_the_other(heard: Heard) -> None:
        if len(heard.events) == 3:
            waiting.append(listen(engine, "def"))
            assert waiting[0].sequence is not None
            waiting[0].sequence.cancel()

    first = listen(engine, "abc", LONG, cancel_the_other)
    first.end()

    assert waiting[0].end().reason is FinishReason.CANCELLED
    assert waiting[0].events == []
    assert waiting[0].started == 0


def test_a_full_queue_refuses_with_the_time_to_come_back(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(llama, max_active=2, max_queued=1)
    gate = threading.Event()
    with before_forward(llama, lambda _: gate.wait(PATIENCE_S)):
        taken = [listen(engine, "abc") for _ in range(3)]
        with pytest.raises(LimitReached) as refused:
            listen(engine, "abc")
        gate.set()
        assert {one.end().reason for one in taken} == {FinishReason.LENGTH}

    assert refused.value.retry_after
    assert listen(engine, "abc").end().reason is FinishReason.LENGTH


def test_everyone_gets_one_start_and_one_end(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(llama, max_active=3, max_queued=40, prefill_chunk=8)
    heard = [
        listen(
            engine,
            "abcdefghij" * (1 + k % 4),
            SamplingParams(max_new_tokens=5 + k, seed=k),
            cancel_after(4) if k % 3 == 0 else None,
        )
        for k in range(20)
    ]

    for one in heard:
        one.end()
    assert [len(one.ends) for one in heard] == [1] * 20
    assert [one.started for one in heard] == [1] * 20
    assert (engine.stats().active, engine.stats().queued) == (0, 0)


def test_a_listener_that_raises_ends_its_own_sequence_only(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(llama)

    def broken(heard: Heard) -> None:
        if len(heard.events) == 3:
            raise ValueError("a bug in a face")

    other = listen(engine, "abc")
    bad = listen(engine, "def", LONG, broken)

    assert bad.end().reason is FinishReason.CANCELLED
    assert len(bad.events) == 3
    other.end()
    assert other.ids == generated_ids(llama, "abc", max_new_tokens=40)


def test_a_listener_that_raises_at_the_end_stops_nobody(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(llama)
    told = threading.Event()

    def on_token(_: TokenEvent) -> None: ...

    def on_end(_: EngineEnd) -> None:
        told.set()
        raise ValueError("a bug in a face")

    engine.submit(TextRequest("abc", GREEDY, ANYBODY), on_token=on_token, on_end=on_end)

    assert told.wait(PATIENCE_S)
    assert listen(engine, "abc").end().reason is FinishReason.LENGTH


def test_a_prompt_the_model_fails_on_fails_alone(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(llama)
    poison = llama.tokenizer("%").input_ids[0]

    def fail(given: dict[str, torch.Tensor]) -> None:
        if given["input_ids"].shape[1] > 1 and (given["input_ids"] == poison).any():
            raise RuntimeError("out of memory")

    with before_forward(llama, fail):
        other = listen(engine, "abc")
        bad = listen(engine, "a % b")
        assert bad.end().reason is FinishReason.ERROR
        assert bad.end().error
        other.end()

    assert other.ids == generated_ids(llama, "abc", max_new_tokens=40)
    assert (engine.stats().active, engine.stats().queued) == (0, 0)


def test_the_engine_goes_on_after_a_failed_step(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(llama)
    steps = iter(range(1000))

    def fail(given: dict[str, torch.Tensor]) -> None:
        if given["input_ids"].shape[1] == 1 and next(steps) == 4:
            raise RuntimeError("out of memory")

    with before_forward(llama, fail):
        bad = listen(engine, "abc", LONG)
        assert bad.end().reason is FinishReason.ERROR
        assert bad.end().text == bad.text

    after = listen(engine, "abc")
    after.end()
    assert after.ids == generated_ids(llama, "abc", max_new_tokens=40)


def test_what_is_done_is_counted() -> None:
    model = tiny("llama")
    engine = engine_for(replace(model, id="counted"), max_active=1)
    listen(engine, "abc", LONG, cancel_after(7)).end()
    engine.close()

    def value(name: str, **labels: str) -> float | None:
        return REGISTRY.get_sample_value(name, {"model": "counted", **labels})

    assert value("glimpse_tokens_total") == 7
    assert value("glimpse_model_calls_total", task="generation") == 1
    assert value("glimpse_first_token_seconds_count") == 1
    assert value("glimpse_active_streams") == 0
    assert value("glimpse_queue_depth") == 0


def test_logits_that_are_no_numbers_are_an_error(start_engine: StartEngine) -> None:
    broken = tiny("gpt2")
    broken.model.lm_head.weight.data.fill_(float("nan"))

    assert listen(start_engine(broken), "abc").end().reason is FinishReason.ERROR


def test_a_model_that_does_not_return_times_out(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(llama, max_active=1, timeout_s=0.3)
    gate = threading.Event()
    with before_forward(llama, lambda _: gate.wait(PATIENCE_S)):
        stuck, waiting = listen(engine, "abc"), listen(engine, "def")
        assert stuck.end().reason is FinishReason.TIMEOUT
        assert waiting.end().reason is FinishReason.TIMEOUT
        gate.set()

    assert listen(engine, "abc").end().reason is FinishReason.LENGTH
    assert (len(stuck.ends), len(waiting.ends)) == (1, 1)
    assert stuck.events == []


def test_closing_ends_every_sequence_and_the_threads(llama: LoadedTextModel) -> None:
    before = set(threading.enumerate())
    engine = engine_for(llama, max_active=1)
    third_token, closing = threading.Event(), threading.Event()

    def hold(heard: Heard) -> None:
        if len(heard.events) == 3:
            third_token.set()
            closing.wait(PATIENCE_S)

    running, waiting = listen(engine, "abc", LONG, hold), listen(engine, "def", LONG)
    assert third_token.wait(PATIENCE_S)
    closer = threading.Thread(target=engine.close)
    closer.start()
    closing.set()
    closer.join(PATIENCE_S)

    assert running.end().reason is FinishReason.CANCELLED
    assert waiting.end().reason is FinishReason.CANCELLED
    assert len(running.events) == 3
    assert set(threading.enumerate()) <= before
    with pytest.raises(Unavailable):
        listen(engine, "abc")
