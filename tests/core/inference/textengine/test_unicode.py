"""No event ever shows a broken character, however its bytes are split over tokens."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from transformers import PreTrainedTokenizerBase

from core.generation.types import FinishReason, Lead, SamplingParams
from core.inference.loader import LoadedTextModel
from core.inference.textengine.detokenise import TextBuilder, Vocabulary
from core.inference.textengine.engine import TextEngine
from tests.core.inference.textengine.support import (
    GREEDY,
    byte_tokenizer,
    cancel_after,
    fallback_tokenizer,
    listen,
    tiny,
)

StartEngine = Callable[..., TextEngine]

BROKEN = "\N{REPLACEMENT CHARACTER}"
TEXTS = (
    "a👩‍👩‍👧b",
    "🇨🇳🇨🇭",
    "你好，世界。",
    "e\u0301 n\u0303 ก็",
    "👍🏽 ✓ a",
)
TOKENIZERS = {"byte-level": byte_tokenizer, "byte-fallback": fallback_tokenizer}


@pytest.fixture(params=TOKENIZERS)
def tokenizer(request: pytest.FixtureRequest) -> PreTrainedTokenizerBase:
    return TOKENIZERS[request.param]()


def encoded(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    ids: list[int] = tokenizer(text, add_special_tokens=False).input_ids
    return ids


@pytest.mark.parametrize("text", TEXTS)
def test_split_characters_come_whole(text: str, tokenizer: PreTrainedTokenizerBase) -> None:
    ids = encoded(tokenizer, text)
    builder = TextBuilder(Vocabulary(tokenizer), ())
    pieces = [builder.push(one)[0] for one in ids]

    assert len(ids) > len(text)
    assert not any(BROKEN in piece for piece in pieces)
    assert builder.text == text


@pytest.mark.parametrize("text", TEXTS)
def test_a_lead_may_end_in_the_middle_of_a_character(
    text: str, tokenizer: PreTrainedTokenizerBase
) -> None:
    ids = encoded(tokenizer, text)
    vocabulary = Vocabulary(tokenizer)
    for border in range(1, len(ids)):
        first, second = TextBuilder(vocabulary, ()), TextBuilder(vocabulary, (), ids[:border])
        for one in ids[:border]:
            first.push(one)
        first.flush()
        pieces = [second.push(one)[0] for one in ids[border:]]

        assert not any(BROKEN in piece for piece in pieces)
        assert first.text + second.text == text


def test_bytes_that_make_no_character_are_left_out(tokenizer: PreTrainedTokenizerBase) -> None:
    chance = random.Random(4)  # noqa: S311 - no secret
    whole = [encoded(tokenizer, one) for one in ("你", "👍", "é", "a", "z")]
    for _ in range(200):
        builder = TextBuilder(Vocabulary(tokenizer), ())
        for piece in chance.choices(whole, k=12):
            for one in piece[: chance.randint(1, len(piece))]:
                assert BROKEN not in builder.push(one)[0]
        assert BROKEN not in builder.flush()
        assert BROKEN not in builder.text


def test_a_space_at_the_border_of_a_lead_is_kept() -> None:
    tokenizer = fallback_tokenizer()
    ids = encoded(tokenizer, "ab cd")
    builder = TextBuilder(Vocabulary(tokenizer), (), ids[:2])

    assert [builder.push(one)[0] for one in ids[2:]] == [" ", "c", "d"]


@pytest.mark.parametrize("limit", range(1, 12))
def test_a_text_cut_by_length_or_cancel_is_never_broken(
    limit: int, start_engine: StartEngine
) -> None:
    engine = start_engine(tiny("llama"))
    warm = [SamplingParams(max_new_tokens=limit, temperature=1.5, seed=seed) for seed in range(6)]
    ended = [listen(engine, "你好", params) for params in warm]
    cut = [
        listen(engine, "你好", replace(params, max_new_tokens=40), cancel_after(limit))
        for params in warm
    ]

    for one in [*ended, *cut]:
        assert one.end().text == one.text
        assert not any(BROKEN in event.text for event in one.events)
    assert {one.end().reason for one in cut} <= {FinishReason.CANCELLED, FinishReason.STOP}


@pytest.mark.parametrize("border", [1, 2, 3, 7, 20, 39])
def test_writing_on_from_a_lead_equals_one_longer_run(
    border: int, start_engine: StartEngine
) -> None:
    engine = start_engine(tiny("gpt2"))
    params = replace(GREEDY, repetition_penalty=1.2)
    whole = listen(engine, "你好", params)
    first = listen(engine, "你好", replace(params, max_new_tokens=border))
    lead = Lead(first.end().text, tuple(first.ids))
    rest = listen(engine, "你好", replace(params, max_new_tokens=40 - border), lead=lead)

    assert first.ids + rest.end_ids() == whole.end_ids()
    assert first.text + rest.text == whole.text
    assert rest.end().prompt_tokens == whole.end().prompt_tokens + border
    assert rest.events[0].index == 0


def test_a_lead_without_ids_is_encoded(
    reporter: LoadedTextModel, start_engine: StartEngine
) -> None:
    engine = start_engine(reporter)
    told = listen(engine, "Findings: 3 red circle. Report:", lead=Lead(" There are three"))
    joined = listen(engine, "Findings: 3 red circle. Report: There are three")

    assert told.end_ids() == joined.end_ids()
