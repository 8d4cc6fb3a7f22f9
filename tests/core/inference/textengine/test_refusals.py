"""What the engine refuses, by name, while eight others are written on unharmed."""

import itertools
import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from core.errors import Invalid
from core.generation.types import Lead, Message
from core.inference.loader import LoadedTextModel
from core.inference.textengine.engine import TextEngine
from tests.core.inference.textengine.support import (
    CONTEXT,
    END,
    GREEDY,
    PATIENCE_S,
    before_forward,
    engine_for,
    generated_ids,
    listen,
    tiny,
)

LONG = replace(GREEDY, max_new_tokens=100)


@dataclass(frozen=True)
class Strangers:
    """The engine that is asked, and its model."""

    engine: TextEngine
    loaded: LoadedTextModel


@pytest.fixture(scope="module")
def strangers() -> Iterator[Strangers]:
    """One for all bad requests of this module."""
    loaded = tiny("llama")
    engine = engine_for(loaded, max_active=8, max_queued=30)
    yield Strangers(engine, loaded)
    engine.close()


def refusal(engine: TextEngine, **bad: Any) -> Invalid:
    prompt, lead = bad.pop("prompt", "hello"), bad.pop("lead", None)
    with pytest.raises(Invalid) as refused:
        listen(engine, prompt, replace(GREEDY, **bad), lead=lead)
    return refused.value


def lead_of(text: Any, ids: Any = ()) -> Lead:
    """Whatever the types say."""
    return Lead(text, ids)


BAD: list[tuple[str, dict[str, Any]]] = [
    *(("temperature", {"temperature": one}) for one in (math.nan, -0.1, "hot", 2.1, True)),
    *(("top_p", {"top_p": one}) for one in (0, -1, 1.1, math.nan, "0.9", None)),
    *(("top_k", {"top_k": one}) for one in (-1, 2.5, 10**9, "5")),
    *(("repetition_penalty", {"repetition_penalty": one}) for one in (0, math.nan, -1, 2.5)),
    *(("max_new_tokens", {"max_new_tokens": one}) for one in (0, -3, 1.5, CONTEXT, 513, None)),
    *(("n", {"n": one}) for one in (0, 9, "2")),
    *(("stop", {"stop": one}) for one in (("",), ("  ",), ("a",) * 5, "text", (5,), ("x" * 101,))),
    *(("seed", {"seed": one}) for one in (-1, 2**53, 1.5)),
    *(("top_logprobs", {"top_logprobs": one}) for one in (-1, 6)),
    *(
        ("prompt", {"prompt": one})
        for one in ("", "a\0b", "a\ud800b", "x" * 100_000, "go <|end|> on", 5, b"bytes")
    ),
    ("max_new_tokens", {"prompt": "x" * 120}),
    ("messages", {"prompt": []}),
    ("messages[1]", {"prompt": [Message("user", "a"), Message("user", "\0")]}),
    ("messages[0].role", {"prompt": [Message("robot", "a")]}),
    *(
        ("lead", {"lead": lead_of("", ids)})
        for ids in ((END + 1,), (-1,), (3, 10**9), (1.5,), ("a",), (True,))
    ),
    *(("lead", {"lead": lead_of(text)}) for text in ("a\0b", "a\ud800b", "so <|end|>", 5)),
    ("max_new_tokens", {"lead": Lead("", (5,) * 100)}),
]


@pytest.mark.parametrize(("field", "bad"), BAD, ids=lambda one: str(one)[:40])
def test_a_bad_request_is_refused_by_name(
    field: str, bad: dict[str, Any], strangers: Strangers
) -> None:
    refused = refusal(strangers.engine, **bad)

    assert refused.facts["field"] == field
    assert field.split("[")[0] in refused.message


def test_eight_others_go_on_unharmed_by_all_that_is_refused(strangers: Strangers) -> None:
    passes, all_refused = itertools.count(), threading.Event()

    def hold_in_mid_stream(_: object) -> None:
        if next(passes) == 20:
            assert all_refused.wait(PATIENCE_S)

    with before_forward(strangers.loaded, hold_in_mid_stream):
        heard = [listen(strangers.engine, f"stranger {number}", LONG) for number in range(8)]
        for _, bad in BAD:
            refusal(strangers.engine, **bad)
        assert not any(one.over.is_set() for one in heard)
        all_refused.set()
        for one in heard:
            one.end()

    for number, one in enumerate(heard):
        prompt = f"stranger {number}"
        assert one.ids == generated_ids(strangers.loaded, prompt, max_new_tokens=100)


def test_at_least_forty_are_refused() -> None:
    assert len(BAD) >= 40
