"""Boxes as post-processors leave them, held to what a box must be."""

from collections.abc import Iterable, Sequence
from math import isfinite

from core.detection.types import Box, Detection, ImageInfo
from core.plugins.running import Refused

MAX_BOXES = 10_000
_MAX_LABEL_CHARS = 1_000
_EDGE_PX = 1.0
"""How far rounding may carry a box over the picture's edge."""


def checked(made: Iterable[object], image: ImageInfo) -> tuple[Detection, ...]:
    """What a post-processor made. Raises `Refused` for what is no box of this picture."""
    kept: list[Detection] = []
    for each in made:
        if not isinstance(each, Detection):
            raise Refused(f"gave {type(each).__name__} where detections are due")
        if len(kept) == MAX_BOXES:
            raise Refused(f"made more than {MAX_BOXES:,} boxes")
        if not isinstance(each.label, str) or not 0 < len(each.label) <= _MAX_LABEL_CHARS:
            raise Refused("gave a box without a label, or with one that is too long")
        if not 0 <= each.score <= 1:
            raise Refused(f"gave a box the score {each.score}; scores are 0 to 1")
        if not _is_inside(each.box, image):
            raise Refused("gave a box that is not inside the picture")
        kept.append(each)
    return tuple(kept)


def places(made: Sequence[Detection], raw: Sequence[Detection]) -> tuple[int | None, ...]:
    """For each box made the place of its equal in `raw`; each place once."""
    free: dict[Detection, list[int]] = {}
    for place in reversed(range(len(raw))):
        free.setdefault(raw[place], []).append(place)
    return tuple(free[each].pop() if free.get(each) else None for each in made)


def _is_inside(box: Box, image: ImageInfo) -> bool:
    sides = (box.xmin, box.ymin, box.xmax, box.ymax)
    return (
        all(map(isfinite, sides))
        and -_EDGE_PX <= box.xmin <= box.xmax <= image.width + _EDGE_PX
        and -_EDGE_PX <= box.ymin <= box.ymax <= image.height + _EDGE_PX
    )
