"""How sequences share one engine, and that none can hurt another."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import torch
from prometheus_client import REGISTRY

from core.errors import Invalid, LimitReached, Unavailable
from core.generation.types import FinishReason, SamplingParams, TokenEvent
from core.inference.loader import LoadedTextModel
from core.inference.textengine.engine import TextEngine
from core.inference.types import EngineEnd, TextRequest
from tests.core.inference.textengine.support import (
    ANYBODY,
    GREEDY,
    PATIENCE_S,
    Heard,
    before_forward,
    cancel_after,
    engine_for,
    generated_ids,
    idle,
    listen,
    tiny,
    wait_until,
)

StartEngine = Callable[..., TextEngine]
LONG = replace(GREEDY, max_new_tokens=100)


@pytest.fixture
def llama() -> LoadedTextModel:
    return tiny("llama")


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


def test_a_step_that_fails_for_many_is_done_again_for_each_alone(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(llama)
    steps = iter(range(1000))

    def fail(given: dict[str, torch.Tensor]) -> None:
        if len(given["input_ids"]) > 1 and next(steps) in (4, 9, 10):
            raise RuntimeError("a kernel failed")

    with before_forward(llama, fail):
        heard = [listen(engine, prompt) for prompt in ("abc", "de", "f")]
        assert {one.end().reason for one in heard} == {FinishReason.LENGTH}

    for one, prompt in zip(heard, ("abc", "de", "f"), strict=True):
        assert one.ids == generated_ids(llama, prompt, max_new_tokens=40)


def test_short_memory_ends_only_what_does_not_fit_alone(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(llama)

    def fail(given: dict[str, torch.Tensor]) -> None:
        if len(given["input_ids"]) > 1 or given["attention_mask"].shape[1] > 50:
            raise torch.OutOfMemoryError("CUDA out of memory")

    with before_forward(llama, fail):
        heard = [listen(engine, prompt) for prompt in ("abc", "de", "f" * 20)]
        reasons = [one.end().reason for one in heard]

    assert reasons == [FinishReason.LENGTH, FinishReason.LENGTH, FinishReason.ERROR]
    assert "memory" in (heard[2].end().error or "")
    for one, prompt in zip(heard, ("abc", "de", "f" * 20), strict=True):
        assert one.ids == generated_ids(llama, prompt, max_new_tokens=40)[: len(one.ids)]
    assert len(heard[2].ids) == 31
    assert listen(engine, "abc").end().reason is FinishReason.LENGTH


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


def test_a_prompt_whose_logits_are_no_numbers_ends_alone(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    poison = llama.tokenizer("%").input_ids[0]
    embeddings: Any = llama.model.get_input_embeddings()
    embeddings.weight.data[poison] = float("nan")
    engine = start_engine(llama)
    heard = [listen(engine, prompt) for prompt in ("abc", "a % b", "defg")]

    reasons = [one.end().reason for one in heard]
    assert reasons == [FinishReason.LENGTH, FinishReason.ERROR, FinishReason.LENGTH]
    assert heard[0].ids == generated_ids(llama, "abc", max_new_tokens=40)
    assert heard[2].ids == generated_ids(llama, "defg", max_new_tokens=40)


def test_an_output_that_takes_too_long_in_all_times_out_and_keeps_its_text(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(llama, total_s=0.2)
    with before_forward(llama, lambda _: time.sleep(0.02)):
        heard = listen(engine, "abc", LONG)
        end = heard.end()

    assert end.reason is FinishReason.TIMEOUT
    assert heard.ids == generated_ids(llama, "abc", max_new_tokens=100)[: len(heard.ids)]
    assert end.text == heard.text
    assert end.completion_tokens == len(heard.ids) > 0


def noting(order: list[str], name: str) -> Callable[[Heard], None]:
    return lambda heard: order.append(name) if len(heard.events) == 1 else None


def test_users_take_turns(llama: LoadedTextModel, start_engine: StartEngine) -> None:
    engine = start_engine(llama, max_active=1)
    gate, order = threading.Event(), list[str]()
    with before_forward(llama, lambda _: gate.wait(PATIENCE_S)):
        heard = [
            listen(engine, name, GREEDY, noting(order, name), UUID(int=ord(name[0])))
            for name in ("a1", "a2", "a3", "b1", "c1", "b2")
        ]
        wait_until(lambda: heard[0].started == 1)
        positions = [one.sequence.position() for one in heard if one.sequence]
        gate.set()
        for one in heard:
            one.end()

    assert positions == [0, 3, 5, 1, 2, 4]
    assert order == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_prompts_that_wait_together_are_read_together(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(llama, max_active=9)
    gate, passes = threading.Event(), list[tuple[int, ...]]()

    def note(given: dict[str, torch.Tensor]) -> None:
        passes.append(tuple(given["input_ids"].shape))
        gate.wait(PATIENCE_S)

    with before_forward(llama, note):
        heard = [listen(engine, "first")]
        wait_until(lambda: bool(passes))
        heard += [listen(engine, "abcd"[: 3 + k % 2]) for k in range(8)]
        gate.set()
        for one in heard:
            one.end()

    assert passes[:3] == [(1, 5), (8, 4), (9, 1)]


def test_a_long_prompt_is_read_in_parts_between_the_steps_of_the_others(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(llama, prefill_chunk=16)
    passes: list[tuple[int, ...]] = []
    long: list[Heard] = []

    def ask(heard: Heard) -> None:
        if len(heard.events) == 5:
            long.append(listen(engine, "x" * 80, replace(GREEDY, max_new_tokens=10)))

    with before_forward(llama, lambda given: passes.append(tuple(given["input_ids"].shape))):
        first = listen(engine, "abc", GREEDY, ask)
        first.end()
        long[0].end()

    start = passes.index((1, 16))
    assert passes[start : start + 10] == [*[(1, 16), (1, 1)] * 4, (1, 16), (2, 1)]
    assert long[0].ids == generated_ids(llama, "x" * 80, max_new_tokens=10)


def test_the_cache_never_holds_more_than_its_budget(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    one_token = 2 * 2 * 2 * 8 * 4  # layers, keys and values, heads, head size, float32
    budget = 400 * one_token
    engine = start_engine(llama, max_active=16, max_queued=40, cache_bytes=budget)
    held: list[int] = []
    active: list[int] = []

    def note(_: Heard) -> None:
        held.append(engine.stats().cache_bytes)
        active.append(engine.stats().active)

    prompts = ["ab" * (1 + k % 12) for k in range(20)]
    heard = [listen(engine, prompt, GREEDY, note) for prompt in prompts]
    for one, prompt in zip(heard, prompts, strict=True):
        one.end()
        assert one.ids == generated_ids(llama, prompt, max_new_tokens=40)

    assert engine.stats().cache_budget == budget
    assert 0 < max(held) <= budget
    assert max(active) == 2  # each may need some 120 of 300 tokens, the rest is for padding
    assert idle(engine).cache_bytes == 0


def test_what_could_never_fit_the_cache_is_refused(
    llama: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(llama, cache_bytes=160 * 256)

    with pytest.raises(Invalid, match="GLIMPSE_KV_CACHE_MB") as refused:
        listen(engine, "abc", LONG)
    assert refused.value.facts["field"] == "max_new_tokens"
    assert listen(engine, "abc").end().reason is FinishReason.LENGTH


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
