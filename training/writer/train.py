"""The writer's training loop: only the answers are learnt, except where a text is continued."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional as fn

from training.writer.batches import IGNORED, Batch, pool
from training.writer.model import build


@dataclass(frozen=True)
class Plan:
    """The length and pace of a training; steps are batches."""

    steps: int = 12000
    decay: int = 5500  #: of them slow down
    tokens: int = 2048  #: of a batch
    rate: float = 2e-3
    seed: int = 1
    plain: int = 220  #: pools of lessons before labels become odder

    def pace(self, step: int) -> float:
        """Share of the full learning rate: level, then down to nothing."""
        return min(1.0, (step + 1) / 100, (self.steps - step) / self.decay)


class Training:
    """A network in training and how to go on after a stop."""

    def __init__(self, plan: Plan, tokenizer: Any) -> None:
        self.plan, self.tokenizer = plan, tokenizer
        self.model = build(len(tokenizer), plan.seed)
        wide = [p for p in self.model.parameters() if p.ndim >= 2]
        thin = [p for p in self.model.parameters() if p.ndim < 2]
        groups = [{"params": wide, "weight_decay": 0.05}, {"params": thin, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.98))
        self.pool, self.place = 0, 0
        self.batches: list[Batch] = []
        self.step = 0
        self.seconds = 0.0
        self.sum = 0.0
        self.reported = 0

    def advance(self) -> None:
        """One batch; right padding needs no mask, because no token sees what follows it."""
        started = time.process_time()
        ids, wanted = self._next()
        for group in self.optimiser.param_groups:
            group["lr"] = self.plan.rate * self.plan.pace(self.step)
        learnt = wanted[:, 1:] != IGNORED
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.model.model(input_ids=ids[:, :-1]).last_hidden_state
            logits = self.model.lm_head(hidden[learnt])
        loss = fn.cross_entropy(logits.float(), wanted[:, 1:][learnt])
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.sum += loss.item()
        self.step += 1
        self.seconds += time.process_time() - started

    def _next(self) -> Batch:
        """The next batch of this pool, or the first of a new one."""
        if not self.batches:
            odd = self.pool >= self.plan.plain
            self.batches = pool(self.plan.seed, self.pool, self.plan.tokens, self.tokenizer, odd)
        batch = self.batches[self.place]
        self.place += 1
        if self.place == len(self.batches):
            self.batches, self.pool, self.place = [], self.pool + 1, 0
        return batch

    def report(self) -> str:
        """The mean loss since the last report, in one line."""
        mean, self.sum, self.reported = self.sum / (self.step - self.reported), 0.0, self.step
        return f"step {self.step} cpu {self.seconds:.0f} s, loss {mean:.4f}"

    def state(self) -> dict[str, Any]:
        """Everything needed to go on."""
        return {
            "model": self.model.state_dict(), "optimiser": self.optimiser.state_dict(),
            "step": self.step, "seconds": self.seconds, "pool": self.pool, "place": self.place,
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a former state."""
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = self.reported = state["step"]
        self.seconds, self.pool, self.place = state["seconds"], state["pool"], state["place"]
