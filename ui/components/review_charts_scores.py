"""Scores of judged boxes: how many right ones in each twentieth, and under them the wrong ones."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from core.review.chart_types import ScoreBin
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
from ui.components.review_charts_phrases import KINDS, NO_VERDICTS, WORDS

_KINDS = KINDS[:2]
_TEXT = {"type": "text", "align": "left", "dx": 4, "fontSize": 11, **SILENT}


def _said_of(kind: JudgedAs, y: dict[str, Any] | int, baseline: str) -> dict[str, Any]:
    return {
        "data": {"values": [{}]},
        "mark": {**_TEXT, "text": WORDS[kind], "baseline": baseline},
        "encoding": {"x": {"value": 0}, "y": {"value": y}, "color": QUIET},
    }


SPEC: Mapping[str, Any] = MappingProxyType(
    {
        "data": {"name": "bins"},
        "autosize": FIT,
        "padding": PADDING,
        "params": [
            {
                "name": "bin",
                "select": {"type": "point", "fields": ["kind", "low", "high"]},
                "views": ["bars"],
            }
        ],
        "layer": [
            {
                "name": "bars",
                "transform": [
                    {"filter": "datum.n > 0"},
                    {"calculate": "datum.low + 0.003", "as": "left"},
                    {"calculate": "datum.high - 0.003", "as": "right"},
                    {"calculate": "0", "as": "none"},
                ],
                "mark": {"type": "rect", "cursor": POINTER},
                "encoding": {
                    "x": {
                        "field": "left",
                        "type": "quantitative",
                        "title": "score",
                        "scale": {"domain": [0, 1], "nice": False},
                        "axis": {
                            "values": [0, 0.25, 0.5, 0.75, 1],
                            "format": ".2~f",
                            "grid": False,
                            "titleFontSize": 11,
                            "titlePadding": 2,
                            "labelPadding": 4,
                        },
                    },
                    "x2": {"field": "right"},
                    "y": {
                        "field": "none",
                        "type": "quantitative",
                        "title": "boxes",
                        "axis": {
                            "labelExpr": "format(abs(datum.value), ',')",
                            "tickCount": 5,
                            "titleFontSize": 11,
                            "titlePadding": 4,
                            "labelPadding": 4,
                        },
                    },
                    "y2": {"field": "signed"},
                    "color": {
                        "field": "kind",
                        "type": "nominal",
                        "legend": None,
                        "scale": {"domain": list(_KINDS), "range": [RIGHT, WRONG]},
                    },
                    **said("said"),
                },
            },
            {
                "data": {"values": [{}]},
                "mark": {"type": "rule", "strokeWidth": 1, **SILENT},
                "encoding": {"y": {"datum": 0}, "color": QUIET},
            },
            _said_of(JudgedAs.CORRECT, 4, "top"),
            _said_of(JudgedAs.INCORRECT, {"expr": "height-4"}, "bottom"),
        ],
    }
)


def scores_chart(bins: Sequence[ScoreBin]) -> Drawing:
    rows = [
        (step, kind, step.correct if kind is JudgedAs.CORRECT else step.wrong)
        for step in bins
        for kind in _KINDS
    ]
    right, wrong = sum(step.correct for step in bins), sum(step.wrong for step in bins)
    said = [_said(step, kind, n) for step, kind, n in rows]
    return Drawing(
        name="scores",
        title=f"**Judged scores** n = {right + wrong:,}",
        spec=SPEC,
        data={
            "bins": {
                "kind": [str(kind) for _, kind, _ in rows],
                "low": [step.low for step, _, _ in rows],
                "high": [step.high for step, _, _ in rows],
                "n": [n for _, _, n in rows],
                "signed": [n if kind is JudgedAs.CORRECT else -n for _, kind, n in rows],
                "said": said,
            }
        },
        narrow=_rows,
        marks={
            words: {"kind": str(kind), "low": step.low, "high": step.high}
            for words, (step, kind, n) in zip(said, rows, strict=True)
            if n
        },
        alt="Scores of the judged boxes, right ones upwards and wrong ones downwards",
        empty=None if bins else NO_VERDICTS,
        help="Right or loose boxes upwards; those with the wrong label or not there downwards.",
    )


def _said(step: ScoreBin, kind: JudgedAs, n: int) -> str:
    return f"score {step.low:.2f} to {step.high:.2f}, {WORDS[kind]}: {n:,}"


def _rows(filter: FeedbackFilter, picked: Picked) -> FeedbackFilter:
    return to_boxes(
        filter, JudgedAs(picked["kind"]), low=float(picked["low"]), high=float(picked["high"])
    )
