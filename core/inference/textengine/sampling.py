"""From logits to the next token, one request's settings at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.generation.types import SamplingParams

_PREFILTER = 1024
"""Likeliest tokens looked at first for `top_p`: sorting a whole large vocabulary is slow."""


@dataclass(frozen=True)
class Drawn:
    """A token with its natural log-probability before penalty and temperature.

    `top` holds the likeliest (token id, log-probability), best first.
    """

    token_id: int
    logprob: float
    top: tuple[tuple[int, float], ...]


class Sampler:
    """Draws the tokens of one sequence with a random stream of its own.

    One uniform number is used per token and looked up in the cumulated probabilities in the
    order of token ids, so that rounding, which differs between batches, hardly ever matters.
    """

    def __init__(
        self,
        params: SamplingParams,
        prompt_ids: Sequence[int],
        vocabulary: int,
        device: torch.device,
    ) -> None:
        self.top_logprobs = min(params.top_logprobs, vocabulary)
        self._params = params
        self._random = torch.Generator()
        if params.seed is None:
            self._random.seed()
        else:
            self._random.manual_seed(params.seed)
        self._seen: Tensor | None = None
        if params.repetition_penalty != 1:
            self._seen = torch.zeros(vocabulary, dtype=torch.bool, device=device)
            self._seen[torch.tensor(prompt_ids, device=device)] = True

    def pick(self, logits: Tensor) -> Tensor:
        """The next token's id, shape (), from one row of logits, shape (vocabulary,)."""
        scores = logits
        if self._seen is not None:
            penalty = self._params.repetition_penalty
            damped = torch.where(scores < 0, scores * penalty, scores / penalty)
            scores = torch.where(self._seen, damped, scores)
        chosen = scores.argmax() if self._params.temperature == 0 else self._draw(scores)
        if self._seen is not None:
            self._seen[chosen] = True
        return chosen

    def _draw(self, scores: Tensor) -> Tensor:
        weights, ids = self._candidates((scores - scores.max()) / self._params.temperature)
        cumulated = weights.cumsum(0, dtype=torch.float64)
        uniform = torch.rand((), generator=self._random, dtype=torch.float64).item()
        place = torch.searchsorted(cumulated, cumulated[-1] * uniform, right=True)
        place = place.clamp(max=len(cumulated) - 1)
        return place if ids is None else ids[place]

    def _candidates(self, scores: Tensor) -> tuple[Tensor, Tensor | None]:
        """Unnormalised probabilities, and their token ids where some were cut off."""
        top_k, top_p = self._params.top_k, self._params.top_p
        if 0 < top_k < len(scores):
            values, ids = scores.topk(top_k)
            total = values.logsumexp(0)
        elif top_p < 1:
            values, ids, total = _likeliest(scores, top_p)
        else:
            return scores.exp(), None
        probabilities = (values - total).double().exp()
        before = probabilities.cumsum(0) - probabilities
        ids, order = ids[before < top_p].sort()
        return probabilities[order], ids


def _likeliest(scores: Tensor, top_p: float) -> tuple[Tensor, Tensor, Tensor]:
    """Enough of the best scores, in order, to hold a share `top_p`; their ids; log of the whole."""
    total = scores.logsumexp(0)
    if len(scores) > _PREFILTER:
        values, ids = scores.topk(_PREFILTER)
        if (values - total).exp().sum() >= top_p:
            return values, ids, total
    values, ids = scores.sort(descending=True)
    return values, ids, total


def draw(logits: Tensor, samplers: Sequence[Sampler]) -> list[Drawn]:
    """One token for each row of `logits`, shape (rows, vocabulary)."""
    logits = logits.float()
    logprobs = torch.log_softmax(logits, dim=-1)
    chosen = torch.stack([one.pick(row) for one, row in zip(samplers, logits, strict=True)])
    chosen_logprobs = logprobs.gather(1, chosen[:, None])[:, 0].tolist()
    tops = _tops(logprobs, [sampler.top_logprobs for sampler in samplers])
    return [
        Drawn(token_id, logprob, top)
        for token_id, logprob, top in zip(chosen.tolist(), chosen_logprobs, tops, strict=True)
    ]


def _tops(logprobs: Tensor, counts: Sequence[int]) -> list[tuple[tuple[int, float], ...]]:
    if not any(counts):
        return [()] * len(counts)
    values, ids = logprobs.topk(max(counts))
    return [
        tuple((i, value) for i, value in zip(row_ids, row, strict=True) if value > -1e30)[:count]
        for row_ids, row, count in zip(ids.tolist(), values.tolist(), counts, strict=True)
    ]
