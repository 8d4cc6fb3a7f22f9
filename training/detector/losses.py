"""What the training asks for. The stock loss gives the encoder's heads no gradient; this one does.

Three parts: every feature cell near an object names and frames it; each decoder layer's queries are
matched to the objects one to one; and the backbone's features tell shape, colour and fill directly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor, nn
from torch.nn import functional as fn

from training.dataset import Objects
from training.detector import boxes
from training.detector.model import STRIDES
from training.domain import COLOUR_NAMES, FILLS, SHAPES

ATTRIBUTES = len(SHAPES) + len(COLOUR_NAMES) + len(FILLS) + 1  # and whether there is anything
_NEVER = -20.0  # the logit of a padded token


@dataclass(frozen=True)
class Wanted:
    """The truth of a batch: object rows, their boxes, the tokens (b, o, t) that mean each."""

    cells: boxes.Cells
    objects: Objects
    boxes: Tensor
    tokens: Tensor
    mask: Tensor

    def named(self, b: int) -> list[int]:
        """The objects of one picture that some phrase means."""
        return [int(k) for k in torch.nonzero(self.tokens[b].any(-1)).flatten()]


def focal(logits: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Focal loss (Lin et al., 2017), balanced, power 2, summed over real tokens."""
    share = logits.sigmoid()
    right = share * target + (1 - share) * (1 - target)
    entropy = fn.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return (mask.float()[:, None] * (1 - right) ** 2 * entropy).sum()


def encoder_loss(out: Any, wanted: Wanted) -> tuple[Tensor, Tensor]:
    """Naming and framing by the cells nearest to the objects' middles."""
    length = wanted.tokens.shape[-1]
    logits = (
        out.enc_outputs_class[..., :length].float().masked_fill(wanted.mask[:, None] == 0, _NEVER)
    )
    cell = torch.from_numpy(boxes.nearest_object(wanted.objects, wanted.cells))
    near, index = cell >= 0, cell.clamp(min=0)[..., None]
    target = torch.gather(wanted.tokens, 1, index.expand(-1, -1, length)) * near[..., None]
    naming = 2 * focal(logits, target, wanted.mask) / target.sum().clamp(min=1)
    if not near.any():
        return naming, naming.new_zeros(())
    truth = torch.gather(wanted.boxes, 1, index.expand(-1, -1, 4))[near]
    framing = boxes.distance(out.enc_outputs_coord_logits.float().sigmoid()[near], truth).mean()
    return naming, framing


def decoder_loss(model: Any, out: Any, wanted: Wanted) -> tuple[Tensor, Tensor]:
    """Naming and framing by each decoder layer, queries matched one to one."""
    hidden = out.intermediate_hidden_states
    before = [out.init_reference_points, *out.intermediate_reference_points.unbind(1)]
    named = [wanted.named(b) for b in range(len(wanted.objects))]
    tokens = max(1.0, sum(float(wanted.tokens[b, n].sum()) for b, n in enumerate(named)))
    count = max(1, sum(map(len, named)))
    naming = framing = hidden.new_zeros((), dtype=torch.float32)
    for layer in range(hidden.shape[1]):
        with torch.autocast("cpu", torch.bfloat16):
            logits = model.class_embed[layer](
                hidden[:, layer], out.encoder_last_hidden_state_text, wanted.mask.bool()
            )[..., : wanted.tokens.shape[-1]]
            delta = model.bbox_embed[layer](hidden[:, layer])
        logits = logits.float().masked_fill(wanted.mask[:, None] == 0, _NEVER)
        found = (delta.float() + torch.special.logit(before[layer].float(), eps=1e-5)).sigmoid()
        b, q, o = match(logits.detach().sigmoid(), found.detach(), wanted, named)
        target = torch.zeros_like(logits)
        target[b, q] = wanted.tokens[b, o]
        naming = naming + 2 * focal(logits, target, wanted.mask) / tokens
        framing = framing + boxes.distance(found[b, q], wanted.boxes[b, o]).sum() / count
    return naming, framing


def match(
    scores: Tensor, found: Tensor, wanted: Wanted, named: Sequence[list[int]]
) -> tuple[list[int], list[int], list[int]]:
    """The cheapest pairing of queries with named objects: picture, query and object indices."""
    pictures: list[int] = []
    queries: list[int] = []
    objects: list[int] = []
    for b, rows in enumerate(named):
        if not rows:
            continue
        tokens = wanted.tokens[b, rows]
        fit = scores[b] @ (tokens / tokens.sum(-1, keepdim=True)).T
        cost = boxes.distance(found[b][:, None], wanted.boxes[b, rows][None]) - 2 * fit
        q, o = linear_sum_assignment(cost.numpy())
        pictures += [b] * len(q)
        queries += q.tolist()
        objects += [rows[k] for k in o]
    return pictures, queries, objects


class AttributeHeads(nn.Module):
    """Reads shape, colour, fill and presence from the backbone's features; training only."""

    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__()
        self.heads = nn.ModuleList(nn.Conv2d(c, ATTRIBUTES, 1) for c in channels)
        self.right: dict[str, float] = {}

    def forward(self, features: Sequence[Tensor], objects: Objects, cells: boxes.Cells) -> Tensor:
        """The loss over both levels: the fine one for small objects, the coarse one for large."""
        total = torch.zeros(())
        side = boxes.longer_side(objects, cells.size)
        for stride, head, feature in zip(STRIDES, self.heads, features, strict=True):
            fits = side < 54 if stride == min(STRIDES) else side >= 27
            kept = objects.copy()
            kept[..., 0] = np.where(fits, kept[..., 0], -1)
            cell = torch.from_numpy(boxes.covering_object(kept, cells.level(stride)))
            logits = head(feature.float()).flatten(2).transpose(1, 2)
            total = total + self._level(logits, cell, torch.from_numpy(kept))
        return total

    def _level(self, logits: Tensor, cell: Tensor, objects: Tensor) -> Tensor:
        on = cell >= 0
        loss = fn.binary_cross_entropy_with_logits(logits[..., -1], on.float())
        if not on.any():
            return loss
        truth = torch.gather(objects, 1, cell.clamp(min=0)[..., None].expand(-1, -1, 8))[on].long()
        start = 0
        for column, (names, weight) in enumerate(
            ((SHAPES, 1.0), (COLOUR_NAMES, 0.5), (FILLS, 0.5))
        ):
            part = logits[on][:, start : start + len(names)]
            loss = loss + weight * fn.cross_entropy(part, truth[:, column])
            hit = float((part.argmax(-1) == truth[:, column]).float().mean())
            self.right[names[0]] = 0.9 * self.right.get(names[0], hit) + 0.1 * hit
            start += len(names)
        return loss
