"""Tokens picked from rows of scores, shape (rows, vocabulary), in few passes over them.

A vocabulary is looked at in blocks: torch's own `argmax`, `topk` and double `cumsum` over whole
rows took longer on the CPU than a small model's forward pass.
"""

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

_BLOCK = 64


def likeliest(scores: Tensor) -> Tensor:
    """The id of each row's highest score, the lowest of equal ones; shape (rows,)."""
    blocks = _blocks(scores)
    block = blocks.amax(-1).argmax(-1)
    return block * _BLOCK + _of_each(blocks, block).argmax(-1)


def highest(scores: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Each row's `count` highest scores, best first, and their ids; shapes (rows, count)."""
    blocks = _blocks(scores)
    best = blocks.amax(-1).topk(min(count, blocks.shape[1])).indices
    inside = blocks.gather(1, best[..., None].expand(-1, -1, _BLOCK)).flatten(1)
    values, place = inside.topk(count)
    return values, best.gather(1, place // _BLOCK) * _BLOCK + place % _BLOCK


def at_random(scores: Tensor, uniforms: Tensor) -> Tensor:
    """One id a row, as likely as the softmax of its scores says; shape (rows,).

    Each row's number from `uniforms`, (rows,) in [0, 1), is looked up in the cumulated
    probabilities in the order of ids, so that rounding, which differs between batches, hardly
    ever matters. A score of minus infinity is never picked.
    """
    weights = _blocks((scores - scores.amax(-1, keepdim=True)).exp(), outside=0.0)
    sums = weights.sum(-1).double().cumsum(-1)
    goal = torch.minimum(sums[:, -1] * uniforms, _just_below(sums[:, -1]))
    block = torch.searchsorted(sums, goal[:, None], right=True).clamp(max=sums.shape[1] - 1)
    before = pad(sums, (1, 0)).gather(1, block)[:, 0]
    inside = _of_each(weights, block[:, 0]).double().cumsum(-1)
    rest = torch.minimum(goal - before, _just_below(inside[:, -1]))
    place = torch.searchsorted(inside, rest[:, None], right=True).clamp(max=_BLOCK - 1)
    return (block * _BLOCK + place)[:, 0].clamp(max=scores.shape[1] - 1)


def cut(scores: Tensor, top_k: Tensor, top_p: Tensor) -> Tensor:
    """Minus infinity for what lies outside each row's `top_k` and `top_p`; both (rows,).

    `top_p` is the smallest set of likeliest tokens with that share of the probability of the
    `top_k`. Tokens as likely as the last one of a set belong to it.
    """
    ordered = _descending(scores)[:, : int(top_k.max())]
    ranks = torch.arange(ordered.shape[1], device=scores.device)
    weights = (ordered - ordered[:, :1]).exp() * (ranks < top_k[:, None])
    cumulated = weights.cumsum(-1)
    inside = (cumulated - weights < top_p[:, None] * cumulated[:, -1:]) & (ranks < top_k[:, None])
    last = (inside.sum(-1, keepdim=True) - 1).clamp(min=0)
    return scores.masked_fill(scores < ordered.gather(1, last), -math.inf)


def _descending(scores: Tensor) -> Tensor:
    if scores.device.type == "cpu":  # numpy sorts twenty times as fast as torch there
        return -torch.from_numpy(np.sort(-scores.numpy()))
    return scores.sort(descending=True).values


def _blocks(scores: Tensor, outside: float = -math.inf) -> Tensor:
    """Shape (rows, blocks, 64); what the last block has too many is `outside`."""
    rest = -scores.shape[1] % _BLOCK
    whole = pad(scores, (0, rest), value=outside) if rest else scores
    return whole.reshape(len(scores), -1, _BLOCK)


def _of_each(blocks: Tensor, block: Tensor) -> Tensor:
    return blocks[torch.arange(len(blocks), device=blocks.device), block]


def _just_below(values: Tensor) -> Tensor:
    return torch.nextafter(values, torch.zeros_like(values))
