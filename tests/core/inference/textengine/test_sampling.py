import math
from collections import Counter

import pytest
import torch
from torch import Tensor

from core.generation.types import SamplingParams
from core.inference.textengine.sampling import Sampler, draw

CPU = torch.device("cpu")


def logits(size: int) -> Tensor:
    return torch.randn(size, generator=torch.Generator().manual_seed(5)) * 3


def sampler(size: int, **params: object) -> Sampler:
    given = {"temperature": 1.0, "seed": 1, **params}
    return Sampler(SamplingParams(**given), [0], size, CPU)  # type: ignore[arg-type]


def drawn(row: Tensor, count: int, **params: object) -> Counter[int]:
    one = sampler(len(row), **params)
    return Counter(int(one.pick(row)) for _ in range(count))


def test_tokens_come_as_often_as_their_probability_says() -> None:
    row = torch.tensor([0.0, 1.0, 2.0, -1.0])
    counts = drawn(row, 4000, temperature=0.7)

    for token_id, probability in enumerate(torch.softmax(row / 0.7, 0).tolist()):
        assert counts[token_id] / 4000 == pytest.approx(probability, abs=0.03)


@pytest.mark.parametrize("size", [50, 3000])
def test_top_k_draws_from_the_k_likeliest_only(size: int) -> None:
    row = logits(size)

    assert set(drawn(row, 200, top_k=3)) == set(row.topk(3).indices.tolist())


@pytest.mark.parametrize("size", [50, 3000])
@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_top_p_draws_from_the_smallest_set_that_holds_p(size: int, temperature: float) -> None:
    row = logits(size)
    probabilities, order = torch.softmax(row.double() / temperature, 0).sort(descending=True)
    nucleus = order[: int((probabilities.cumsum(0) < 0.3).sum()) + 1].tolist()

    assert set(drawn(row, 80, top_p=0.3, temperature=temperature)) <= set(nucleus)


def test_top_p_over_a_flat_large_vocabulary_leaves_out_nothing_it_should_hold() -> None:
    counts = drawn(torch.zeros(3000), 200, top_p=0.99)

    assert max(counts) > 1024
    assert len(counts) > 150


@pytest.mark.parametrize("cut", [{"top_k": 1}, {"top_p": 1e-6}, {"temperature": 1e-9}])
def test_the_narrowest_settings_are_greedy(cut: dict[str, object]) -> None:
    row = logits(200)

    assert set(drawn(row, 50, **cut)) == {int(row.argmax())}


def test_the_same_seed_draws_the_same_tokens() -> None:
    row = logits(500)
    again, other = sampler(500, seed=9), sampler(500, seed=10)
    first = sampler(500, seed=9)
    tokens = [int(first.pick(row)) for _ in range(40)]

    assert tokens == [int(again.pick(row)) for _ in range(40)]
    assert tokens != [int(other.pick(row)) for _ in range(40)]


def test_logprobs_are_told_before_penalty_and_temperature() -> None:
    row = torch.tensor([2.0, 1.5, 0.0])
    cold = Sampler(
        SamplingParams(temperature=0, repetition_penalty=2.0, top_logprobs=2), [0], 3, CPU
    )
    (token,) = draw(row[None], [cold])
    raw = torch.log_softmax(row, 0).tolist()

    assert token.token_id == 1
    assert token.logprob == pytest.approx(raw[1])
    assert [token_id for token_id, _ in token.top] == [0, 1]
    assert [value for _, value in token.top] == pytest.approx(raw[:2])


def test_alternatives_are_as_many_as_each_asked_for() -> None:
    rows = logits(300).reshape(3, 100)
    some = [sampler(100, top_logprobs=count) for count in (0, 2, 5)]
    tokens = draw(rows, some)

    assert [len(token.top) for token in tokens] == [0, 2, 5]
    assert sum(math.exp(logprob) for _, logprob in tokens[2].top) <= 1
    assert [value for _, value in tokens[2].top] == sorted(
        (value for _, value in tokens[2].top), reverse=True
    )
