"""Hundreds of requests of every kind at once: each gets what it gets alone."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from core.generation.types import FinishReason, Lead, SamplingParams
from core.inference.loader import LoadedTextModel
from core.inference.textengine.engine import TextEngine
from tests.core.inference.textengine.support import Heard, cancel_after, idle, listen

StartEngine = Callable[..., TextEngine]

_WORDS = (
    *("red", "blue", "circle", "square", "star", "3", "0.94", "the", "of"),
    *("Report:", "Findings;", "你好", "😀"),
)


@dataclass(frozen=True)
class Asked:
    prompt: str
    params: SamplingParams
    user: UUID
    lead: Lead | None
    cancel_at: int | None


def asked(count: int) -> Iterator[Asked]:
    chance = random.Random(8)  # noqa: S311 - no secret
    for number in range(count):
        words = chance.choices(_WORDS, k=chance.choice([1, 3, 10, 40]))
        lead = " ".join(chance.choices(_WORDS, k=3))
        yield Asked(
            prompt=" ".join(words),
            params=SamplingParams(
                max_new_tokens=chance.randint(1, 20),
                temperature=chance.choice([0, 0, 0.7, 1.5]),
                top_k=chance.choice([0, 0, 5]),
                top_p=chance.choice([1.0, 0.9]),
                repetition_penalty=chance.choice([1.0, 1.0, 1.3]),
                seed=number,
                stop=chance.choice([(), (), ("e",), ("circle", " s")]),
                top_logprobs=chance.choice([0, 0, 3]),
            ),
            user=UUID(int=chance.randrange(7)),
            lead=Lead(lead) if chance.random() < 0.2 else None,
            cancel_at=chance.randint(1, 10) if chance.random() < 0.25 else None,
        )


def heard_of(engine: TextEngine, one: Asked) -> Heard:
    cancel = None if one.cancel_at is None else cancel_after(one.cancel_at)
    return listen(engine, one.prompt, one.params, cancel, one.user, one.lead)


@pytest.mark.slow
def test_each_of_300_requests_gets_the_text_it_gets_alone(
    reporter: LoadedTextModel, start_engine: StartEngine
) -> None:
    requests = list(asked(300))
    one_by_one = start_engine(reporter, max_active=1)
    alone = []
    for one in requests:
        alone.append(heard_of(one_by_one, replace(one, cancel_at=None)))
        alone[-1].end()

    engine = start_engine(reporter, max_active=12, max_queued=300, prefill_chunk=64)
    together = [heard_of(engine, one) for one in requests]
    cut = 0
    for one, by_itself, among_others in zip(requests, alone, together, strict=True):
        end, whole = among_others.end(), by_itself.end()
        assert among_others.text == end.text
        if end.reason is FinishReason.CANCELLED:
            cut += 1
            assert one.cancel_at is not None
            assert among_others.ids == by_itself.ids[: len(among_others.ids)]
            assert whole.text.startswith(end.text)
        else:
            assert among_others.ids == by_itself.ids
            assert end == whole

    assert cut > 20
    assert [(one.started, len(one.ends)) for one in together] == [(1, 1)] * len(requests)
    stats = idle(engine)
    assert (stats.active, stats.queued, stats.cache_bytes) == (0, 0, 0)
