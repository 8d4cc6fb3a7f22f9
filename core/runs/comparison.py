"""Two detections on one picture, box by box."""

from dataclasses import dataclass

from core.detection.boxes import iou
from core.detection.types import Detection, DetectionRun

LEAST_IOU = 0.5
"""Boxes that overlap less are not the same object."""


@dataclass(frozen=True)
class BoxPair:
    """The same object in both runs; `iou` is how well the two boxes agree, 0 to 1."""

    a: Detection
    b: Detection
    iou: float


@dataclass(frozen=True)
class Comparison:
    """What two runs found, at the thresholds of each; `pairs` best overlap first."""

    a: DetectionRun
    b: DetectionRun
    pairs: tuple[BoxPair, ...]
    only_a: tuple[Detection, ...]
    only_b: tuple[Detection, ...]


def compared(a: DetectionRun, b: DetectionRun) -> Comparison:
    """Match the boxes found: same label in any case, best overlap first, each box once."""
    found_a, found_b = a.detections, b.detections
    near = sorted(
        (
            (iou(one.box, other.box), i, j)
            for i, one in enumerate(found_a)
            for j, other in enumerate(found_b)
            if one.label.casefold() == other.label.casefold()
        ),
        key=lambda near: (-near[0], near[1], near[2]),
    )
    pairs: list[BoxPair] = []
    taken_a: set[int] = set()
    taken_b: set[int] = set()
    for overlap, i, j in near:
        if overlap >= LEAST_IOU and i not in taken_a and j not in taken_b:
            pairs.append(BoxPair(found_a[i], found_b[j], overlap))
            taken_a.add(i)
            taken_b.add(j)
    return Comparison(
        a,
        b,
        tuple(pairs),
        tuple(d for i, d in enumerate(found_a) if i not in taken_a),
        tuple(d for j, d in enumerate(found_b) if j not in taken_b),
    )
