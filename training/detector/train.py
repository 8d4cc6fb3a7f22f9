"""The training loop: first the backbone on attributes, then the whole detector."""

from __future__ import annotations

import math
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from training.dataset import POOLS, SHORT, Objects, Pictures, batch, read_pool
from training.detector import boxes, losses
from training.detector.model import backbone_of, build
from training.detector.prompts import encode, token_targets
from training.phrases import prompt

_MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
_STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


@dataclass(frozen=True)
class Plan:
    """The length and pace of a training; steps are batches."""

    #: The first steps train the backbone alone: four times cheaper, and shapes are what takes
    #: longest to learn.
    backbone_only: int = 8000
    steps: int = 20000
    decay: int = 7000  # the last steps, in which the pace falls to nothing
    batch: int = 16  # square pictures; of longer ones, as many as cost the same
    phrases: int = 8
    rate: float = 1e-3
    backbone_rate: float = 3e-3
    average: float = 0.998  # of the weights kept for use
    seed: int = 1

    def early(self, step: int) -> bool:
        """Whether this step trains the backbone alone."""
        return step < self.backbone_only

    def pace(self, step: int) -> float:
        """Share of the full learning rate at a step; it rises anew after the change of task."""
        since = step if self.early(step) else step - self.backbone_only
        rise = min(1.0, (since + 1) / 60)
        left = (self.steps - step) / self.decay
        return rise * (1.0 if left >= 1 else 0.02 + 0.98 * 0.5 * (1 - math.cos(math.pi * left)))


def as_tensor(pictures: Pictures) -> Tensor:
    """Pictures (b, h, w, 3) as the network takes them, normalised as the image processor does."""
    x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
    return ((x - _MEAN) / _STD).contiguous(memory_format=torch.channels_last)


class Training:
    """A network in training, its running average, and how to go on after a stop."""

    def __init__(self, plan: Plan, data: Path) -> None:
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.pools = {name: read_pool(data, name) for name in POOLS}
        self.model = build()
        backbone = backbone_of(self.model)
        backbone.to(memory_format=torch.channels_last)
        self.heads = losses.AttributeHeads(backbone.channels)
        self.features: list[Tensor] = []
        backbone.register_forward_hook(
            lambda _m, _i, out: self.features.__setitem__(slice(None), out.feature_maps)
        )
        self.optimiser = self._optimiser()
        self.average = {k: v.clone() for k, v in self.model.state_dict().items()}
        self.step = 0
        self.seconds = 0.0  # of processor time, over all runs
        self.sums: dict[str, float] = {}
        self.reported = 0

    def _optimiser(self) -> torch.optim.Optimizer:
        first = [*backbone_of(self.model).parameters(), *self.heads.parameters()]
        known = {id(p) for p in first}
        rest = [p for p in self.model.parameters() if id(p) not in known]
        groups: list[dict[str, Any]] = []
        for parameters, rate in ((first, self.plan.backbone_rate), (rest, self.plan.rate)):
            groups.append(
                {
                    "params": [p for p in parameters if p.ndim >= 2],
                    "weight_decay": 0.02,
                    "full": rate,
                }
            )
            groups.append(
                {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0, "full": rate}
            )
        return torch.optim.AdamW(groups, lr=self.plan.rate, betas=(0.9, 0.98))

    def advance(self) -> None:
        """One batch; every step has generators of its own, so resuming changes nothing."""
        started = time.process_time()
        rng = random.Random(f"{self.plan.seed}/{self.step}")
        draws = np.random.default_rng((self.plan.seed, self.step))
        early = self.plan.early(self.step)
        name = rng.choices(("square", "wide", "long", "longest"), (0.5, 0.28, 0.14, 0.08))[0]
        name += "-crowded" if rng.random() < (0.6 if early else 0.4) else "-easy"
        count = round(self.plan.batch * SHORT / POOLS[name].long)
        pictures, objects = batch(*self.pools[name], count, draws)
        pace = self.plan.pace(self.step)
        for group in self.optimiser.param_groups:
            group["lr"] = group["full"] * pace
        self.optimiser.zero_grad(set_to_none=True)
        pixels = as_tensor(pictures)
        at = boxes.cells(pixels.shape[3], pixels.shape[2])
        loss = (
            self._attributes(pixels, objects, at)
            if early
            else self._everything(pixels, objects, at, rng)
        )
        torch.autograd.backward(loss)
        trained = [
            p for g in self.optimiser.param_groups for p in g["params"] if p.grad is not None
        ]
        nn.utils.clip_grad_norm_(trained, 3.0)
        self.optimiser.step()
        self._follow()
        self.step += 1
        self.seconds += time.process_time() - started

    def _attributes(self, pixels: Tensor, objects: Objects, at: boxes.Cells) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            backbone_of(self.model)(pixels)
        return self._book("attributes", self.heads(self.features, objects, at))

    def _everything(
        self, pixels: Tensor, objects: Objects, at: boxes.Cells, rng: random.Random
    ) -> Tensor:
        phrases = [prompt(rows, rng, self.plan.phrases) for rows in objects]
        prompts = encode(phrases)
        targets = token_targets(prompts, phrases, objects)
        wanted = losses.Wanted(at, objects, boxes.of_objects(objects), targets, prompts.mask)
        with torch.autocast("cpu", torch.bfloat16):
            out = self.model(
                pixel_values=pixels, input_ids=prompts.ids, attention_mask=prompts.mask
            )
        loss = self._book("attributes", self.heads(self.features, objects, at))
        parts = (*losses.encoder_loss(out, wanted), *losses.decoder_loss(self.model, out, wanted))
        for name, part in zip(
            ("cells", "cell boxes", "queries", "query boxes"), parts, strict=True
        ):
            loss = loss + self._book(name, part)
        return loss

    def _book(self, name: str, part: Tensor) -> Tensor:
        self.sums[name] = self.sums.get(name, 0.0) + float(part.detach())
        return part

    def _follow(self) -> None:
        """Move the running average towards the weights; faster while it is young."""
        keep = min(self.plan.average, (self.step + 1) / (self.step + 20))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                if value.dtype.is_floating_point:
                    self.average[name].lerp_(value, 1 - keep)
                else:
                    self.average[name].copy_(value)

    def report(self) -> str:
        """Mean losses since the last report, in one line."""
        over = self.step - self.reported
        parts = " ".join(f"{k} {v / over:.3f}" for k, v in self.sums.items())
        right = " ".join(f"{k}* {v:.2f}" for k, v in self.heads.right.items())
        self.sums.clear()
        self.reported = self.step
        return f"step {self.step} cpu {self.seconds:.0f} s, {parts}, right {right}"

    def state(self) -> dict[str, Any]:
        """Everything needed to go on."""
        return {
            "model": self.model.state_dict(),
            "heads": self.heads.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a former state."""
        self.model.load_state_dict(state["model"])
        self.heads.load_state_dict(state["heads"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.average = state["average"]
        self.step = self.reported = state["step"]
        self.seconds = state["seconds"]
