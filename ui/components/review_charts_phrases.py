"""Precision per phrase: which part of the judged boxes was right, with its interval, and what was
missed."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from core.review.chart_types import PhraseFigures, Phrases
from core.review.charts import MAX_PHRASES
from core.review.narrowing import to_boxes
from core.review.types import FeedbackFilter, JudgedAs
from ui.components.review_charts_draw import Drawing, Picked
from ui.components.review_charts_look import (
    FIT,
    PADDING,
    POINTER,
    QUIET,
    RIGHT,
    SILENT,
    WRONG,
    said,
)

NO_VERDICTS = "No verdicts in these ratings: judge boxes under a detection."
KINDS = (JudgedAs.CORRECT, JudgedAs.INCORRECT, JudgedAs.MISSED)
WORDS = {JudgedAs.CORRECT: "right", JudgedAs.INCORRECT: "wrong", JudgedAs.MISSED: "missed"}

_LINES = MAX_PHRASES + 1
"""The heads of the columns, and the phrases."""


def _x(field: str) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "title": "precision",
        "scale": {"domain": [0, 1], "range": [{"expr": "width*0.3"}, {"expr": "width*0.64"}]},
        "axis": {
            "orient": "bottom",
            "values": [0, 0.5, 1],
            "format": ".0%",
            "titleFontSize": 11,
            "titlePadding": 2,
            "titleAnchor": "middle",
            "labelPadding": 4,
        },
    }


def _y(field: str) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, _LINES], "range": [0, {"expr": "height"}], "nice": False},
    }


_TEXT = {"type": "text", "fontSize": 11, "baseline": "middle", **SILENT}
_COLUMNS = {
    kind: {"expr": f"width*{place}"} for kind, place in zip(KINDS, (0.74, 0.86, 1.0), strict=True)
}


def _column(kind: JudgedAs) -> list[dict[str, Any]]:
    """Its head, and under it a number for each phrase, which opens those boxes."""
    text = {**_TEXT, "align": "right"}
    return [
        {
            "data": {"values": [{}]},
            "mark": {**text, "text": WORDS[kind]},
            "encoding": {"x": {"value": _COLUMNS[kind]}, "y": {"value": 7}, "color": QUIET},
        },
        {
            "name": f"number_{kind}",
            "transform": [{"filter": f"datum.kind == '{kind}'"}],
            "mark": {**text, "cursor": POINTER},
            "encoding": {
                "x": {"value": _COLUMNS[kind]},
                "y": _y("at"),
                "text": {"field": "n", "type": "quantitative", "format": ","},
                "color": QUIET,
                **said("said"),
            },
        },
    ]


SPEC: Mapping[str, Any] = MappingProxyType(
    {
        "data": {"name": "boxes"},
        "autosize": FIT,
        "padding": PADDING,
        "params": [
            {
                "name": f"of_{view}",
                "select": {"type": "point", "fields": ["phrase", "kind"]},
                "views": [view],
            }
            for view in ("bars", *(f"number_{kind}" for kind in KINDS))
        ],
        "layer": [
            {
                "name": "bars",
                "transform": [{"filter": "isValid(datum.start)"}],
                "mark": {"type": "rect", "cursor": POINTER},
                "encoding": {
                    "x": _x("start"),
                    "x2": {"field": "end"},
                    "y": _y("top"),
                    "y2": {"field": "bottom"},
                    "color": {
                        "field": "kind",
                        "type": "nominal",
                        "legend": None,
                        "scale": {"domain": list(KINDS[:2]), "range": [RIGHT, WRONG]},
                    },
                    **said("said"),
                },
            },
            {
                "transform": [{"filter": f"datum.kind == '{KINDS[0]}' && isValid(datum.low)"}],
                "mark": {"type": "rule", "strokeWidth": 2, **SILENT},
                "encoding": {
                    "x": _x("low"),
                    "x2": {"field": "high"},
                    "y": _y("at"),
                    "color": {"value": "#000000"},
                },
            },
            {
                "transform": [{"filter": f"datum.kind == '{KINDS[0]}'"}],
                "mark": {**_TEXT, "align": "left", "fontSize": 12, "limit": {"expr": "width*0.28"}},
                "encoding": {
                    "x": {"value": 0},
                    "y": _y("at"),
                    "text": {"field": "phrase"},
                    "color": QUIET,
                },
            },
            *(layer for kind in KINDS for layer in _column(kind)),
        ],
    }
)


def phrases_chart(phrases: Phrases) -> Drawing:
    shown = phrases.shown
    n = sum(phrase.n for phrase in shown)
    marks = {
        _said(phrase, kind): {"phrase": phrase.phrase, "kind": str(kind)}
        for phrase in shown
        for kind in KINDS
        if _count(phrase, kind)
    }
    return Drawing(
        name="phrases",
        title=f"**Precision by phrase** n = {n:,}",
        spec=SPEC,
        data={"boxes": _boxes(shown)},
        narrow=_rows,
        marks=marks,
        alt="Precision by phrase: right and wrong among the judged boxes",
        empty=None if shown else NO_VERDICTS,
        help="The part of the judged boxes that was right or loose, left, against those with the "
        "wrong label or not there; the black line is the 95% interval. Missed ones are no part "
        f"of it. Drawn are {len(shown)} of {phrases.total:,}, those judged most.",
    )


def _boxes(shown: tuple[PhraseFigures, ...]) -> dict[str, list[Any]]:
    """A row for each phrase and kind; a phrase without judged boxes has no bar."""
    rows = [(line, phrase, kind) for line, phrase in enumerate(shown, start=1) for kind in KINDS]
    bars = [_bar(phrase, kind) for _, phrase, kind in rows]
    return {
        "phrase": [phrase.phrase for _, phrase, _ in rows],
        "kind": [str(kind) for _, _, kind in rows],
        "n": [_count(phrase, kind) for _, phrase, kind in rows],
        "start": [bar[0] for bar in bars],
        "end": [bar[1] for bar in bars],
        "low": [phrase.interval.low if phrase.interval else None for _, phrase, _ in rows],
        "high": [phrase.interval.high if phrase.interval else None for _, phrase, _ in rows],
        "top": [line + 0.1 for line, _, _ in rows],
        "at": [line + 0.5 for line, _, _ in rows],
        "bottom": [line + 0.9 for line, _, _ in rows],
        "said": [_said(phrase, kind) for _, phrase, kind in rows],
    }


def _bar(phrase: PhraseFigures, kind: JudgedAs) -> tuple[float | None, float | None]:
    if kind is JudgedAs.MISSED or not _count(phrase, kind):
        return None, None
    return (0, phrase.precision) if kind is JudgedAs.CORRECT else (phrase.precision, 1)


def _count(phrase: PhraseFigures, kind: JudgedAs) -> int:
    return {
        JudgedAs.CORRECT: phrase.correct,
        JudgedAs.INCORRECT: phrase.wrong,
        JudgedAs.MISSED: phrase.missed,
    }[kind]


def _said(phrase: PhraseFigures, kind: JudgedAs) -> str:
    return f"{phrase.phrase}, {WORDS[kind]}: {_count(phrase, kind):,}; {_precision(phrase)}"


def _precision(phrase: PhraseFigures) -> str:
    missed = f", {phrase.missed:,} missed"
    if phrase.precision is None or phrase.interval is None:
        return f"{phrase.phrase}: no judged boxes{missed}"
    low, high = phrase.interval.low, phrase.interval.high
    return (
        f"{phrase.phrase}: precision {phrase.precision:.0%} ({100 * low:.0f}–{high:.0%}), "
        f"n = {phrase.n:,}{missed}"
    )


def _rows(filter: FeedbackFilter, picked: Picked) -> FeedbackFilter:
    return to_boxes(filter, JudgedAs(picked["kind"]), phrase=str(picked["phrase"]))
