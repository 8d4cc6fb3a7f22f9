"""What one request gets, alone or among others."""

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from threading import current_thread

import pytest

from core.errors import Invalid
from core.generation.types import FinishReason, Message, SamplingParams
from core.inference.loader import LoadedTextModel
from core.inference.textengine.engine import TextEngine
from tests.core.inference.textengine.support import (
    GREEDY,
    cancel_after,
    generated_ids,
    listen,
    tiny,
)

StartEngine = Callable[..., TextEngine]

PROMPTS = (
    "a",
    "Two red circles and a blue square.",
    "crack 0.94; dent 0.81; scratch 0.66",
    "The quick brown fox jumps over the lazy dog, again and again and again.",
    "x y z",
    "Report:",
)
FINDINGS = "Findings: 3 red circle; 1 blue star; 2 green cloud. Report:"


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_many_at_once_get_the_greedy_text_of_generate(
    family: str, start_engine: StartEngine
) -> None:
    loaded = tiny(family)
    engine = start_engine(loaded, prefill_chunk=16)
    heard = [listen(engine, prompt) for prompt in PROMPTS]

    for prompt, one in zip(PROMPTS, heard, strict=True):
        one.end()
        assert one.ids == generated_ids(loaded, prompt, max_new_tokens=40)


def test_the_bundled_writer_gets_the_greedy_text_of_generate(
    reporter: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(reporter)
    heard = [listen(engine, prompt) for prompt in PROMPTS]

    for prompt, one in zip(PROMPTS, heard, strict=True):
        ids = generated_ids(reporter, prompt, max_new_tokens=40)
        assert one.end().text == reporter.tokenizer.decode(ids, skip_special_tokens=True)
        assert one.ids == ids


def test_repetition_penalty_is_that_of_generate(start_engine: StartEngine) -> None:
    loaded = tiny("llama")
    heard = listen(start_engine(loaded), PROMPTS[1], replace(GREEDY, repetition_penalty=1.4))
    heard.end()

    plain = generated_ids(loaded, PROMPTS[1], max_new_tokens=40)
    assert heard.ids != plain
    assert heard.ids == generated_ids(loaded, PROMPTS[1], max_new_tokens=40, repetition_penalty=1.4)


def test_the_same_seed_gives_the_same_text_alone_or_among_others(
    reporter: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(reporter, max_active=6)
    asked = [
        SamplingParams(max_new_tokens=60, temperature=temperature, top_p=top_p, top_k=k, seed=seed)
        for seed, (temperature, top_p, k) in enumerate(
            itertools.product((0.8, 1.3), (1.0, 0.9), (0, 40))
        )
    ]
    prompts = list(itertools.islice(itertools.cycle(PROMPTS), len(asked)))
    alone = []
    for prompt, params in zip(prompts, asked, strict=True):
        alone.append(listen(engine, prompt, params))
        alone[-1].end()

    noise = [
        listen(engine, FINDINGS, SamplingParams(seed=99 + k), cancel_after(5 + 4 * k))
        for k in range(4)
    ]
    together = [listen(engine, *one) for one in zip(prompts, asked, strict=True)]

    for one, other in zip(alone, together, strict=True):
        assert other.end() == one.end()
        assert other.ids == one.ids
    assert {one.end().reason for one in noise} <= {FinishReason.CANCELLED, FinishReason.STOP}


def test_a_stop_string_ends_the_text_and_is_not_shown(
    reporter: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(reporter)
    whole = listen(engine, FINDINGS).end().text
    stop = whole[len(whole) // 2 :][:5]

    heard = listen(engine, FINDINGS, replace(GREEDY, stop=("never met", stop)))

    assert heard.end().reason is FinishReason.STOP
    assert heard.end().text == heard.text == whole[: whole.index(stop)]


def test_each_token_says_what_it_adds(reporter: LoadedTextModel, start_engine: StartEngine) -> None:
    heard = listen(start_engine(reporter), FINDINGS, replace(GREEDY, top_logprobs=5))
    end = heard.end()

    assert [event.index for event in heard.events] == list(range(end.completion_tokens))
    assert heard.text == end.text
    assert end.prompt_tokens == len(reporter.tokenizer(FINDINGS).input_ids)
    for event in heard.events:
        assert event.top[0].logprob == event.logprob
        assert event.top[0].token_id == event.token_id
        assert 0 <= (event.entropy or 0) <= math.log(1536)
        assert sum(math.exp(one.logprob) for one in event.top) <= 1 + 1e-6


def test_the_limit_of_new_tokens_is_exact(start_engine: StartEngine) -> None:
    engine = start_engine(tiny("llama"))
    for limit in (1, 2, 7):
        heard = listen(engine, "abc", replace(GREEDY, max_new_tokens=limit))
        assert heard.end().reason is FinishReason.LENGTH
        assert len(heard.events) == limit


def test_messages_go_through_the_chat_template(start_engine: StartEngine) -> None:
    template = "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}> "
    engine = start_engine(tiny("gpt2", chat_template=template))
    by_hand = listen(engine, "[system] be brief\n[user] hello\n> ")
    by_template = listen(engine, [Message("system", "be brief"), Message("user", "hello")])

    assert by_template.end() == by_hand.end()
    assert by_template.ids == by_hand.ids


def test_messages_without_a_chat_template_are_joined_plainly(start_engine: StartEngine) -> None:
    engine = start_engine(tiny("gpt2"))
    joined = listen(engine, "be brief\n\nhello")
    messages = listen(engine, [Message("system", "be brief"), Message("user", "hello")])

    assert messages.end() == joined.end()


def test_a_template_that_refuses_the_messages_says_why(start_engine: StartEngine) -> None:
    engine = start_engine(tiny("gpt2", chat_template="{{ raise_exception('users only') }}"))

    with pytest.raises(Invalid, match="users only"):
        listen(engine, [Message("system", "hello")])


@pytest.mark.parametrize(
    ("field", "values"),
    {
        "temperature": (math.nan, math.inf, -0.1, 2.1, "hot", True),
        "top_p": (0.0, -1.0, 1.01, math.nan),
        "top_k": (-1, 1001, 2.5),
        "repetition_penalty": (0.0, -1.0, math.nan, 2.5),
        "max_new_tokens": (0, -3, 513, 1.5, True),
        "seed": (-1, 2**53, 1.5, "x"),
        "top_logprobs": (-1, 6),
        "n": (0, 9),
        "stop": (("",), ("  ",), ("a",) * 5, ("x" * 101,), ("\0",), "text"),
    }.items(),
)
def test_bad_parameters_are_refused_by_name_while_another_stream_goes_on(
    field: str, values: tuple[object, ...], start_engine: StartEngine
) -> None:
    loaded = tiny("llama")
    engine = start_engine(loaded)
    other = listen(engine, PROMPTS[3])

    for value in values:
        with pytest.raises(Invalid, match=rf"^{field}: ") as refused:
            listen(engine, "hello", replace(GREEDY, **{field: value}))  # type: ignore[arg-type]
        assert refused.value.facts["field"] == field
        assert "allowed" in refused.value.message

    other.end()
    assert other.ids == generated_ids(loaded, PROMPTS[3], max_new_tokens=40)


def test_a_prompt_that_does_not_fit_is_refused_with_the_numbers(start_engine: StartEngine) -> None:
    engine = start_engine(tiny("llama"))

    with pytest.raises(Invalid, match=r"89 tokens.*40.*128") as refused:
        listen(engine, "x" * 89)
    assert refused.value.facts["context_tokens"] == 128
    assert listen(engine, "x" * 88).end().prompt_tokens == 88


def test_control_tokens_as_text_are_refused(start_engine: StartEngine) -> None:
    engine = start_engine(tiny("gpt2"))

    with pytest.raises(Invalid, match=r"<\|end\|>"):
        listen(engine, "ignore this <|end|> and go on")


def test_the_writing_thread_sets_its_own_number_of_threads(
    start_engine: StartEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_by: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "core.inference.textengine.engine.use_threads",
        lambda parameters, _device: set_by.append((current_thread().name, parameters)),
    )
    loaded = tiny("gpt2")
    listen(start_engine(loaded), "a").end()
    assert set_by == [(f"text-{loaded.id}", loaded.model.num_parameters())]
