"""From logits to the next tokens, for all rows of a batch together."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.generation.limits import MAX_ALTERNATIVES
from core.generation.types import SamplingParams
from core.inference.textengine.picking import at_random, cut, highest, likeliest


@dataclass(frozen=True)
class Drawn:
    """A token with its natural log-probability before penalty and temperature.

    `top` holds the likeliest (token id, log-probability), best first; where it was asked for,
    `entropy` is that of the whole distribution, in nats.
    """

    token_id: int
    logprob: float
    top: tuple[tuple[int, float], ...] = ()
    entropy: float | None = None


class Sampler:
    """How the tokens of one sequence are drawn, with a random stream of its own."""

    def __init__(
        self,
        params: SamplingParams,
        prompt_ids: Sequence[int],
        vocabulary: int,
        device: torch.device,
    ) -> None:
        self.params = params
        self.top_logprobs = min(params.top_logprobs, vocabulary)
        self.is_cut = 0 < params.top_k < vocabulary or params.top_p < 1
        self._random = torch.Generator()
        if params.seed is None:
            self._random.seed()
        else:
            self._random.manual_seed(params.seed)
        self.seen: Tensor | None = None
        """Which tokens the repetition penalty counts, shape (vocabulary,)."""
        if params.repetition_penalty != 1:
            self.seen = torch.zeros(vocabulary, dtype=torch.bool, device=device)
            self.seen[torch.tensor(prompt_ids, device=device)] = True

    def uniform(self) -> float:
        """The next random number, from 0 up to but not including 1; one is used per token."""
        return torch.rand((), generator=self._random, dtype=torch.float64).item()


def draw(logits: Tensor, samplers: Sequence[Sampler]) -> list[Drawn]:
    """One token for each row of `logits`, shape (rows, vocabulary)."""
    logits = logits.float()
    chosen = _choose(_damped(logits, samplers), samplers)
    ids = chosen.tolist()
    for one, token_id in zip(samplers, ids, strict=True):
        if one.seen is not None:
            one.seen[token_id] = True
    total = logits.logsumexp(-1)
    logprobs = (logits.gather(1, chosen[:, None])[:, 0] - total).tolist()
    drawn = [Drawn(*one) for one in zip(ids, logprobs, strict=True)]
    if asked := [row for row, one in enumerate(samplers) if one.top_logprobs]:
        tops = _tops(_rows(logits, asked), _rows(total, asked))
        for row, (top, entropy) in zip(asked, tops, strict=True):
            top = top[: samplers[row].top_logprobs]
            drawn[row] = Drawn(ids[row], logprobs[row], top, entropy)
    return drawn


def _choose(scores: Tensor, samplers: Sequence[Sampler]) -> Tensor:
    """Rows with the same kind of work are worked on together."""
    kinds: dict[tuple[bool, bool], list[int]] = {}
    for row, one in enumerate(samplers):
        warm = one.params.temperature > 0
        kinds.setdefault((warm, warm and one.is_cut), []).append(row)
    chosen = torch.empty(len(samplers), dtype=torch.long, device=scores.device)
    for (warm, is_cut), rows in kinds.items():
        some, theirs = _rows(scores, rows), [samplers[row] for row in rows]
        picked = _draw_warm(some, theirs, is_cut) if warm else likeliest(some)
        if len(kinds) == 1:
            return picked
        chosen[torch.tensor(rows, device=scores.device)] = picked
    return chosen


def _draw_warm(scores: Tensor, samplers: Sequence[Sampler], is_cut: bool) -> Tensor:
    params = [one.params for one in samplers]
    scores = scores - scores.amax(-1, keepdim=True)  # a tiny temperature would reach infinity
    scores = scores / _column(scores, [one.temperature for one in params])[:, None]
    if is_cut:
        everything = scores.shape[1]
        top_k = [one.top_k if 0 < one.top_k < everything else everything for one in params]
        scores = cut(scores, _column(scores, top_k), _column(scores, [one.top_p for one in params]))
    uniforms = torch.tensor([one.uniform() for one in samplers], dtype=torch.float64)
    return at_random(scores, uniforms.to(scores.device))


def _damped(logits: Tensor, samplers: Sequence[Sampler]) -> Tensor:
    """Scores after the repetition penalty of those rows that have one."""
    rows = [row for row, one in enumerate(samplers) if one.seen is not None]
    if not rows:
        return logits
    seen = torch.stack([one.seen for one in samplers if one.seen is not None])
    penalty = _column(logits, [samplers[row].params.repetition_penalty for row in rows])[:, None]
    scores = _rows(logits, rows)
    damped = torch.where(scores < 0, scores * penalty, scores / penalty)
    damped = torch.where(seen, damped, scores)
    if len(rows) == len(samplers):
        return damped
    return logits.index_copy(0, torch.tensor(rows, device=logits.device), damped)


def _tops(logits: Tensor, total: Tensor) -> list[tuple[tuple[tuple[int, float], ...], float]]:
    """Each row's likeliest tokens with log-probabilities, and its entropy."""
    values, ids = highest(logits, min(MAX_ALTERNATIVES, logits.shape[1]))
    finite = logits.clamp(min=torch.finfo(logits.dtype).min)
    entropy = total - torch.linalg.vecdot((logits - total[:, None]).exp(), finite)
    return [
        (tuple((i, v) for i, v in zip(row_ids, row, strict=True) if v > -1e30), max(one, 0.0))
        for row_ids, row, one in zip(
            ids.tolist(), (values - total[:, None]).tolist(), entropy.tolist(), strict=True
        )
    ]


def _rows(values: Tensor, rows: Sequence[int]) -> Tensor:
    if len(rows) == len(values):
        return values
    return values[torch.tensor(rows, device=values.device)]


def _column(like: Tensor, values: Sequence[float]) -> Tensor:
    return torch.tensor(values, device=like.device)
