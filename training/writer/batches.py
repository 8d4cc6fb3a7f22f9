"""Lessons as batches of texts equally long, so that little is spent on padding."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from training.writer.lessons import lesson
from training.writer.reports import Example

IGNORED = -100
_POOL = 1024

Batch = tuple[Tensor, Tensor]
_Encoded = tuple[list[int], int]


def encode(one: Example, tokenizer: Any) -> _Encoded:
    """Tokens of prompt and answer with their marks, and how many at the front are not learnt."""
    begin, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    prompt = [begin, *tokenizer.encode(one.prompt, add_special_tokens=False)]
    answer = [*tokenizer.encode(one.answer, add_special_tokens=False), end]
    return prompt + answer, 1 if one.kind == "opening" else len(prompt)


def pool(seed: int, number: int, tokens: int, tokenizer: Any, odd: bool = False) -> list[Batch]:
    """Many lessons sorted by length and cut into batches of at most so many tokens, shuffled."""
    rng = random.Random(f"{seed}/{number}")
    lessons = (lesson(rng, odd) for _ in range(_POOL))
    texts = sorted((encode(one, tokenizer) for one in lessons), key=lambda t: len(t[0]))
    batches = [_stacked(group, tokenizer.pad_token_id) for group in _groups(texts, tokens)]
    rng.shuffle(batches)
    return batches


def _groups(texts: list[_Encoded], tokens: int) -> Iterator[list[_Encoded]]:
    group: list[_Encoded] = []
    for text in texts:
        if group and (len(group) + 1) * len(text[0]) > tokens:
            yield group
            group = []
        group.append(text)
    yield group


def _stacked(texts: list[_Encoded], padding: int) -> Batch:
    """Token ids (b, t), padded on the right, and what each position should be (b, t)."""
    longest = len(texts[-1][0])
    ids = torch.full((len(texts), longest), padding)
    wanted = torch.full((len(texts), longest), IGNORED)
    for row, (tokens, skipped) in enumerate(texts):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        wanted[row, skipped : len(tokens)] = torch.tensor(tokens[skipped:])
    return ids, wanted
