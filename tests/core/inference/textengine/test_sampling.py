import math

import pytest
import torch
from torch import Tensor

from core.generation.types import SamplingParams
from core.inference.textengine.sampling import Sampler, draw

CPU = torch.device("cpu")


def logits(rows: int, size: int) -> Tensor:
    return torch.randn(rows, size, generator=torch.Generator().manual_seed(5)) * 3


def sampler(size: int, **params: object) -> Sampler:
    given = {"temperature": 1.0, "seed": 1, **params}
    return Sampler(SamplingParams(**given), [0], size, CPU)  # type: ignore[arg-type]


def tokens(row: Tensor, count: int, **params: object) -> list[int]:
    one = sampler(len(row), **params)
    return [draw(row[None], [one])[0].token_id for _ in range(count)]


@pytest.mark.parametrize(
    "narrow", [{"top_k": 1}, {"top_p": 1e-6}, {"temperature": 1e-9}, {"temperature": 0}]
)
def test_the_narrowest_settings_are_greedy(narrow: dict[str, object]) -> None:
    (row,) = logits(1, 200)

    assert set(tokens(row, 50, **narrow)) == {int(row.argmax())}


def test_the_same_seed_draws_the_same_tokens() -> None:
    (row,) = logits(1, 500)

    assert tokens(row, 40, seed=9) == tokens(row, 40, seed=9)
    assert tokens(row, 40, seed=9) != tokens(row, 40, seed=10)


def test_rows_of_every_kind_draw_together_what_each_draws_alone() -> None:
    kinds: list[dict[str, float]] = [
        {"temperature": 0},
        {"temperature": 0.7},
        {"top_p": 0.8},
        {"top_k": 5, "temperature": 1.4},
        {"repetition_penalty": 1.7, "temperature": 0},
        {"repetition_penalty": 0.6, "top_k": 9, "top_p": 0.5},
        {"temperature": 0, "top_p": 0.5},
    ]
    steps = [logits(len(kinds), 300) * (1 + number / 9) for number in range(20)]
    together = [sampler(300, seed=seed, **kind) for seed, kind in enumerate(kinds)]
    drawn = [[one.token_id for one in draw(step, together)] for step in steps]

    for row, kind in enumerate(kinds):
        alone = sampler(300, seed=row, **kind)
        expected = [draw(step[row][None], [alone])[0].token_id for step in steps]
        assert [step[row] for step in drawn] == expected


def test_a_row_that_holds_no_numbers_leaves_the_others_alone() -> None:
    rows = logits(3, 300)
    rows[1] = math.nan
    some = [sampler(300, top_logprobs=2, **one) for one in ({}, {"top_p": 0.5}, {"top_p": 0.5})]
    drawn = draw(rows, some)

    assert [math.isfinite(one.logprob) for one in drawn] == [True, False, True]
    whole = draw(rows[[0, 2]], [sampler(300, top_logprobs=2), sampler(300, top_p=0.5)])
    assert [drawn[0].token_id, drawn[2].token_id] == [one.token_id for one in whole]


def test_logprobs_are_told_before_penalty_and_temperature() -> None:
    row = torch.tensor([2.0, 1.5, 0.0])
    cold = Sampler(
        SamplingParams(temperature=0, repetition_penalty=2.0, top_logprobs=2), [0], 3, CPU
    )
    (token,) = draw(row[None], [cold])
    raw = torch.log_softmax(row, 0)

    assert token.token_id == 1
    assert token.logprob == pytest.approx(raw[1].item())
    assert [token_id for token_id, _ in token.top] == [0, 1]
    assert [value for _, value in token.top] == pytest.approx(raw[:2].tolist())
    assert token.entropy == pytest.approx(-(raw.exp() * raw).sum().item(), abs=1e-6)


def test_a_word_the_model_forbids_counts_nothing() -> None:
    row = torch.tensor([0.0, -math.inf, 0.0, -math.inf])
    (token,) = draw(row[None], [sampler(4, temperature=0, top_logprobs=4)])

    assert token.entropy == pytest.approx(math.log(2))
    assert [token_id for token_id, _ in token.top] == [0, 2]


def test_alternatives_are_as_many_as_each_asked_for() -> None:
    some = [sampler(100, top_logprobs=count) for count in (0, 2, 5)]
    drawn = draw(logits(3, 100), some)

    assert [len(token.top) for token in drawn] == [0, 2, 5]
    assert [token.entropy is None for token in drawn] == [True, False, False]
    assert sum(math.exp(logprob) for _, logprob in drawn[2].top) <= 1
    assert [value for _, value in drawn[2].top] == sorted(
        (value for _, value in drawn[2].top), reverse=True
    )
