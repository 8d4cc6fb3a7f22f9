"""The writer's training loop: only the answers are learnt, except where a text is continued."""

from __future__ import annotations

import math
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from training.writer.model import build
from training.writer.reports import Example, example

_IGNORED = -100


@dataclass(frozen=True)
class Plan:
    """The length and pace of a training; steps are batches."""

    steps: int = 4100
    decay: int = 2300
    batch: int = 32
    rate: float = 2e-3
    seed: int = 1

    def pace(self, step: int) -> float:
        """Share of the full learning rate at a step."""
        left = (self.steps - step) / self.decay
        return min(1.0, (step + 1) / 100) * (
            1.0 if left >= 1 else 0.02 + 0.98 * 0.5 * (1 - math.cos(math.pi * left))
        )


def encode(one: Example, tokenizer: Any) -> tuple[list[int], int]:
    """Tokens of prompt and answer with their marks, and how many at the front are not learnt."""
    begin, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    prompt = [begin, *tokenizer.encode(one.prompt, add_special_tokens=False)]
    answer = [*tokenizer.encode(one.answer, add_special_tokens=False), end]
    return prompt + answer, 1 if one.kind == "opening" else len(prompt)


def batch(rng: random.Random, size: int, tokenizer: Any) -> tuple[Tensor, Tensor]:
    """Token ids (b, t), padded on the right, and what each position should be (b, t).

    Twice as many texts are drawn as used; the shorter or longer half saves padding.
    """
    texts = sorted(
        (encode(example(rng), tokenizer) for _ in range(2 * size)), key=lambda t: len(t[0])
    )
    texts = texts[:size] if rng.random() < 0.5 else texts[size:]
    longest = len(texts[-1][0])
    ids = torch.full((size, longest), tokenizer.pad_token_id)
    wanted = torch.full((size, longest), _IGNORED)
    for row, (tokens, skipped) in enumerate(texts):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        wanted[row, skipped : len(tokens)] = torch.tensor(tokens[skipped:])
    return ids, wanted


class Training:
    """A network in training and how to go on after a stop."""

    def __init__(self, plan: Plan, tokenizer: Any) -> None:
        self.plan, self.tokenizer = plan, tokenizer
        self.model = build(len(tokenizer), plan.seed)
        wide = [p for p in self.model.parameters() if p.ndim >= 2]
        thin = [p for p in self.model.parameters() if p.ndim < 2]
        groups = [{"params": wide, "weight_decay": 0.05}, {"params": thin, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.98))
        self.step = 0
        self.seconds = 0.0
        self.sum = 0.0
        self.reported = 0

    def advance(self) -> None:
        """One batch; right padding needs no mask, because no token sees what follows it."""
        started = time.process_time()
        rng = random.Random(f"{self.plan.seed}/{self.step}")
        ids, wanted = batch(rng, self.plan.batch, self.tokenizer)
        for group in self.optimiser.param_groups:
            group["lr"] = self.plan.rate * self.plan.pace(self.step)
        learnt = wanted[:, 1:] != _IGNORED
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.model.model(input_ids=ids).last_hidden_state[:, :-1]
            logits = self.model.lm_head(hidden[learnt])
        loss = fn.cross_entropy(logits.float(), wanted[:, 1:][learnt])
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.sum += loss.item()
        self.step += 1
        self.seconds += time.process_time() - started

    def report(self) -> str:
        """The mean loss since the last report, in one line."""
        mean, self.sum, self.reported = self.sum / (self.step - self.reported), 0.0, self.step
        return f"step {self.step} cpu {self.seconds:.0f} s, loss {mean:.4f}"

    def save(self, path: Path) -> None:
        """Write everything needed to go on; the old file stays until the new one is whole."""
        state = {
            "model": self.model.state_dict(), "optimiser": self.optimiser.state_dict(),
            "step": self.step, "seconds": self.seconds,
        }  # fmt: skip
        part = path.with_suffix(".part")
        torch.save(state, part)
        part.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a saved state."""
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = self.reported = state["step"]
        self.seconds = state["seconds"]
