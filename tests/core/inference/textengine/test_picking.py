import math
from collections import Counter

import pytest
import torch
from torch import Tensor

from core.inference.textengine.picking import at_random, cut, highest, likeliest

SIZES = (1, 50, 64, 3001)


def logits(rows: int, size: int) -> Tensor:
    return torch.randn(rows, size, generator=torch.Generator().manual_seed(5)) * 3


@pytest.mark.parametrize("size", SIZES)
def test_the_likeliest_is_the_highest_score(size: int) -> None:
    scores = logits(7, size)

    assert likeliest(scores).tolist() == scores.argmax(-1).tolist()


def test_of_equal_scores_the_first_is_the_likeliest() -> None:
    assert likeliest(torch.zeros(2, 300)).tolist() == [0, 0]


@pytest.mark.parametrize("size", [5, 50, 64, 3001])
def test_the_highest_scores_come_in_order(size: int) -> None:
    scores = logits(7, size)
    values, ids = highest(scores, 5)

    assert values.tolist() == scores.topk(5).values.tolist()
    assert scores.gather(1, ids).tolist() == values.tolist()


@pytest.mark.parametrize("size", SIZES)
def test_each_number_finds_its_token_in_the_cumulated_probabilities(size: int) -> None:
    scores = logits(1, size)
    cumulated = torch.softmax(scores[0].double(), 0).cumsum(0)
    numbers = torch.rand(500, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    expected = torch.searchsorted(cumulated, numbers, right=True)
    found = at_random(scores.expand(500, -1), numbers)

    assert (found != expected).sum() <= 1  # one may lie on a border that rounding moved


def test_tokens_come_as_often_as_their_probability_says() -> None:
    scores = torch.tensor([[0.0, 1.0, 2.0, -1.0]])
    numbers = torch.rand(4000, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    counts = Counter(at_random(scores.expand(4000, -1), numbers).tolist())

    for token_id, probability in enumerate(torch.softmax(scores[0], 0).tolist()):
        assert counts[token_id] / 4000 == pytest.approx(probability, abs=0.03)


@pytest.mark.parametrize("number", [0.0, math.nextafter(1.0, 0.0)])
def test_what_was_cut_off_is_never_picked(number: float) -> None:
    scores = torch.full((1, 200), -math.inf)
    scores[0, [70, 100]] = torch.tensor([0.3, 0.1])
    (found,) = at_random(scores, torch.tensor([number], dtype=torch.float64)).tolist()

    assert found == (70 if number == 0 else 100)


def kept(scores: Tensor, top_k: int, top_p: float) -> set[int]:
    (row,) = cut(scores[None], torch.tensor([top_k]), torch.tensor([top_p]))
    return set(torch.isfinite(row).nonzero()[:, 0].tolist())


@pytest.mark.parametrize("size", [50, 3001])
def test_top_k_keeps_the_k_likeliest(size: int) -> None:
    (scores,) = logits(1, size)

    assert kept(scores, 3, 1.0) == set(scores.topk(3).indices.tolist())


@pytest.mark.parametrize("size", [50, 3001])
@pytest.mark.parametrize("share", [1e-6, 0.3, 0.9])
def test_top_p_keeps_the_smallest_set_that_holds_p(size: int, share: float) -> None:
    (scores,) = logits(1, size)
    probabilities, order = torch.softmax(scores.double(), 0).sort(descending=True)
    count = int((probabilities.cumsum(0) < share).sum()) + 1

    assert kept(scores, size, share) == set(order[:count].tolist())


def test_top_p_is_a_share_of_the_top_k() -> None:
    scores = torch.tensor([0.4, 0.3, 0.2, 0.1]).log()

    assert kept(scores, 2, 0.5) == {0}
    assert kept(scores, 2, 0.6) == {0, 1}


def test_equal_tokens_are_kept_or_cut_together() -> None:
    assert len(kept(torch.zeros(3000), 3000, 0.5)) == 3000


def test_each_row_has_cuts_of_its_own() -> None:
    scores = logits(3, 300)
    rows = cut(scores, torch.tensor([300, 2, 300]), torch.tensor([1.0, 1.0, 0.2]))

    assert [int(torch.isfinite(row).sum()) for row in rows[:2]] == [300, 2]
    assert set(torch.isfinite(rows[2]).nonzero()[:, 0].tolist()) == kept(scores[2], 300, 0.2)
