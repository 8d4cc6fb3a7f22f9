"""From a model's scores and boxes to detections, whatever the architecture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.detection.types import FLOOR, Box, Detection, PhraseScore

_MOST_OTHERS = 5


@dataclass(frozen=True)
class Finding:
    """What one query of the model found; `phrase` is the place among the phrases asked for."""

    query: int
    label: str
    score: float
    phrase: int | None = None
    others: tuple[PhraseScore, ...] = ()
    piece: str | None = None
    span: tuple[int, int] | None = None


def best_phrases(scores: Tensor, phrases: Sequence[str]) -> list[Finding]:
    """Each query with its best phrase, best first, down to the floor.

    Parameters
    ----------
    scores : (queries, phrases), 0 to 1.
    """
    best, own = scores.max(dim=-1)
    order = best.argsort(descending=True, stable=True)
    order = order[best[order] >= FLOOR]
    top = scores[order].topk(min(_MOST_OTHERS + 1, len(phrases)), dim=-1)
    rows = zip(
        order.tolist(),
        own[order].tolist(),
        best[order].tolist(),
        top.indices.tolist(),
        top.values.tolist(),
        strict=True,
    )
    return [
        Finding(
            query,
            phrases[phrase],
            round(score, 6),
            phrase,
            tuple(
                PhraseScore(phrases[other], round(value, 6))
                for other, value in zip(places, values, strict=True)
                if other != phrase and value >= FLOOR
            )[:_MOST_OTHERS],
        )
        for query, phrase, score, places, values in rows
    ]


def in_pixels(
    findings: Sequence[Finding], boxes: Tensor, extent: tuple[int, int], size: tuple[int, int]
) -> tuple[Detection, ...]:
    """The findings with their boxes, those of no area left out.

    Parameters
    ----------
    boxes : (queries, 4), centre and size as parts of `extent`.
    extent, size : width and height in pixels; boxes are clamped to `size`.
    """
    kept = boxes[[finding.query for finding in findings]]
    centre, half = kept[:, :2], kept[:, 2:] / 2
    corners = torch.cat([centre - half, centre + half], dim=-1) * torch.tensor(extent * 2)
    corners = corners.clamp(min=torch.zeros(4), max=torch.tensor(size * 2))
    edges: Iterable[list[float]] = corners.double().round(decimals=2).tolist()
    return tuple(
        Detection(f.label, f.score, Box(*box), f.others, f.piece, f.span)
        for f, box in zip(findings, edges, strict=True)
        if box[2] > box[0] and box[3] > box[1]
    )
