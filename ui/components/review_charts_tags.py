"""Which tags are given together, as the lower half of a square."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from core.review.chart_types import TagPair, Tags
from core.review.charts import MAX_TAGS
from core.review.narrowing import to_tags
from core.review.types import FeedbackFilter
from ui.components.review_charts_draw import Drawing, Picked
from ui.components.review_charts_look import (
    FIT,
    PADDING,
    POINTER,
    QUIET,
    SILENT,
    ink_on,
    said,
    short,
)

_GREY = "#80848c"
_BLUES = ("#b3d4f5", "#86b6e6", "#5a98d4", "#1f5fa8")
_FEWEST = 6
"""Lines that a square has at least, so that one tag alone is no wall."""
_NAME = 4 / 3
"""A quarter of the width is for the name of the last tag."""
_TEXT = {"type": "text", "fontSize": 10, "baseline": "middle", **SILENT}


def _x(field: str) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "axis": None,
        "scale": {
            "domain": [0, 1],
            "range": [0, {"expr": "width"}],
            "nice": False,
        },
    }


def _y(field: str) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, 1], "range": [0, {"expr": "height"}], "nice": False},
    }


SPEC: Mapping[str, Any] = MappingProxyType(
    {
        "data": {"name": "pairs"},
        "autosize": FIT,
        "padding": PADDING,
        "params": [
            {
                "name": "pair",
                "select": {"type": "point", "fields": ["one", "other"]},
                "views": ["cells"],
            }
        ],
        "layer": [
            {
                "name": "cells",
                "mark": {"type": "rect", "cursor": POINTER},
                "encoding": {
                    "x": _x("left"),
                    "x2": {"field": "right"},
                    "y": _y("top"),
                    "y2": {"field": "bottom"},
                    "color": {"field": "colour", "type": "nominal", "scale": None},
                    **said("said"),
                },
            },
            {
                "mark": _TEXT,
                "encoding": {
                    "x": _x("middle"),
                    "y": _y("at"),
                    "text": {"field": "n"},
                    "color": {"field": "ink", "type": "nominal", "scale": None},
                },
            },
            {
                "transform": [{"filter": "datum.one == datum.other"}],
                "mark": {**_TEXT, "align": "left", "dx": 6, "fontSize": 12, "limit": 130},
                "encoding": {
                    "x": _x("right"),
                    "y": _y("at"),
                    "text": {"field": "one"},
                    "color": QUIET,
                },
            },
        ],
    }
)


def tags_chart(tags: Tags) -> Drawing:
    place = {tag: at for at, tag in enumerate(tags.tags)}
    most = max((pair.n for pair in tags.pairs if pair.one != pair.other), default=1)
    down = max(_FEWEST, len(tags.tags))
    across = down * _NAME
    rows = [_placed(pair, place) for pair in tags.pairs]
    alone = {pair.one: pair.n for pair in tags.pairs if pair.one == pair.other}
    said = [_said(pair, alone) for pair in tags.pairs]
    looks = [_look(pair, most) for pair in tags.pairs]
    return Drawing(
        name="tags",
        title="**Tags given together**",
        spec=SPEC,
        data={
            "pairs": {
                "one": [pair.one for pair in tags.pairs],
                "other": [pair.other for pair in tags.pairs],
                "n": [short(pair.n) for pair in tags.pairs],
                "left": [(column + 0.03) / across for _, column in rows],
                "middle": [(column + 0.5) / across for _, column in rows],
                "right": [(column + 0.97) / across for _, column in rows],
                "top": [(line + 0.05) / down for line, _ in rows],
                "at": [(line + 0.5) / down for line, _ in rows],
                "bottom": [(line + 0.95) / down for line, _ in rows],
                "colour": [colour for colour, _ in looks],
                "ink": [ink for _, ink in looks],
                "said": said,
            }
        },
        narrow=_rows,
        marks={
            words: {"one": pair.one, "other": pair.other}
            for words, pair in sorted(
                zip(said, tags.pairs, strict=True), key=lambda each: -each[1].n
            )
        },
        alt="How often two tags are given together",
        empty=None if tags.tags else "No tags in these ratings.",
        help="How many ratings have both tags; on the diagonal, in grey, how many have the one. "
        f"Counted are the {MAX_TAGS} tags used most.",
    )


def _placed(pair: TagPair, place: Mapping[str, int]) -> tuple[int, int]:
    """Line and column: the rarer tag's line, the more used one's column."""
    one, other = place[pair.one], place[pair.other]
    return max(one, other), min(one, other)


def _look(pair: TagPair, most: int) -> tuple[str, str]:
    """Its colour and the ink on it; the number says what the colour does."""
    if pair.one == pair.other:
        return _GREY, "#000000"
    colour = _BLUES[len(_BLUES) * pair.n // (most + 1)]
    return colour, ink_on(colour)


def _said(pair: TagPair, alone: Mapping[str, int]) -> str:
    if pair.one == pair.other:
        return f"{pair.one}: {pair.n:,}"
    shares = " and ".join(
        f"{pair.n / alone[tag]:.0%} of those with {tag}" for tag in (pair.one, pair.other)
    )
    return f"{pair.one} + {pair.other}: {pair.n:,}, {shares}"


def _rows(filter: FeedbackFilter, picked: Picked) -> FeedbackFilter:
    return to_tags(filter, str(picked["one"]), str(picked["other"]))
