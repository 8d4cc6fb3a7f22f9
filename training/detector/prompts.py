"""A batch's phrases as tokens, and which token belongs to which phrase and object."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training.dataset import Objects
from training.detector.vocabulary import CLS, PAD, SEP, STOP, tokenizer
from training.phrases import Phrase

_TOKENIZER = tokenizer()


@dataclass(frozen=True)
class Prompts:
    """Tokens (b, t), the phrase of each token (b, t; -1 for none), and the mask of real tokens."""

    ids: Tensor
    phrase: Tensor
    mask: Tensor


def as_text(phrases: list[Phrase]) -> str:
    """The prompt people write: phrases in lower case, each ended by a full stop."""
    return " ".join(p.text + "." for p in phrases)


def encode(prompts: list[list[Phrase]]) -> Prompts:
    """Tokens of a batch of prompts, padded to the longest."""
    ids = _TOKENIZER([as_text(p) for p in prompts], padding=True, return_tensors="pt")["input_ids"]
    return Prompts(ids, phrase_of_token(ids), (ids != PAD).long())


def phrase_of_token(ids: Tensor) -> Tensor:
    """The phrase each token (b, t) belongs to, counted by full stops; -1 for separators."""
    stops = ids == STOP
    special = stops | (ids == CLS) | (ids == SEP) | (ids == PAD)
    return torch.where(special, -1, stops.cumsum(-1))


def token_targets(prompts: Prompts, phrases: list[list[Phrase]], objects: Objects) -> Tensor:
    """1 where a token (b, object, t) is part of a phrase that means the object."""
    most = max(map(len, phrases))
    meant = np.zeros((len(phrases), objects.shape[1], most + 1), np.float32)  # the last stays 0
    for b, row in enumerate(phrases):
        for k, phrase in enumerate(row):
            meant[b, :, k] = phrase.matches(objects[b])
    index = torch.where(prompts.phrase < 0, most, prompts.phrase)
    return torch.gather(torch.from_numpy(meant), 2, index[:, None].expand(-1, objects.shape[1], -1))
