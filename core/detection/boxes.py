"""Pure functions over boxes; the page has the same ones in its script, held to the same cases."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.detection.types import Box, Detection, above

__all__ = ["MergedLabels", "SplitLabel", "above", "iou", "merged", "split", "suppress"]


@dataclass(frozen=True)
class MergedLabels:
    """Two phrases that answer the same `boxes` boxes."""

    labels: tuple[str, str]
    boxes: int


@dataclass(frozen=True)
class SplitLabel:
    """A phrase of which only `piece` was found, in `boxes` boxes."""

    label: str
    piece: str
    boxes: int


def iou(a: Box, b: Box) -> float:
    """Area that two boxes share over the area they cover together, 0 to 1."""
    width = min(a.xmax, b.xmax) - max(a.xmin, b.xmin)
    height = min(a.ymax, b.ymax) - max(a.ymin, b.ymin)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (_area(a) + _area(b) - shared)


def suppress(detections: Sequence[Detection], most_iou: float) -> tuple[Detection, ...]:
    """Greedy non-maximum suppression, whatever the labels; order is kept.

    Of two boxes that overlap by more than `most_iou` the one with the lower score goes, and of
    equal scores the later one; a box that has gone drives no other away.
    """
    kept: list[int] = []
    by_score = sorted(range(len(detections)), key=lambda place: -detections[place].score)
    for place in by_score:
        box = detections[place].box
        if all(iou(box, detections[other].box) <= most_iou for other in kept):
            kept.append(place)
    return tuple(detections[place] for place in sorted(kept))


def merged(detections: Iterable[Detection], text_threshold: float) -> tuple[MergedLabels, ...]:
    """Pairs of phrases that share a box: the second one reaches `text_threshold` there too.

    The pair with the most boxes comes first; within a pair, and of equal pairs, by alphabet.
    """
    shared = Counter(
        (min(d.label, other.label), max(d.label, other.label))
        for d in detections
        for other in d.others
        if other.score >= text_threshold
    )
    ordered = sorted(shared.items(), key=lambda item: (-item[1], item[0]))
    return tuple(MergedLabels(labels, boxes) for labels, boxes in ordered)


def split(detections: Iterable[Detection]) -> tuple[SplitLabel, ...]:
    """Phrases of which only a piece was found, in the order of `merged`."""
    found = Counter((d.label, d.piece) for d in detections if d.piece is not None)
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(SplitLabel(label, piece, boxes) for (label, piece), boxes in ordered)


def _area(box: Box) -> float:
    return (box.xmax - box.xmin) * (box.ymax - box.ymin)
