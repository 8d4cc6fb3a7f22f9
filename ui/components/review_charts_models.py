"""Models compared: the positive share and the mean rating of each revision, with intervals."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from core.review.chart_types import ModelFigures
from core.review.narrowing import to_model
from core.review.types import FeedbackFilter
from core.runs.types import Task
from ui.components.review_charts_draw import Drawing, Picked
from ui.components.review_charts_look import FIT, PADDING, POINTER, QUIET, SILENT, said

MOST = 7
_DATA = {"name": "models"}
_AXIS = {
    "orient": "bottom",
    "titleFontSize": 11,
    "titlePadding": 2,
    "labelPadding": 4,
    "labelFlush": True,
}


def _y(field: str) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, MOST], "range": [0, {"expr": "height"}], "nice": False},
    }


def _figure(name: str, x: dict[str, Any], shape: str) -> dict[str, Any]:
    """Points with their intervals as rules."""
    return {
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2, **SILENT},
                "encoding": {
                    "x": {**x, "field": f"{name}_low"},
                    "x2": {"field": f"{name}_high"},
                    "y": _y("at"),
                    "color": QUIET,
                },
            },
            {
                "mark": {
                    "type": "point",
                    "filled": True,
                    "size": 60,
                    "opacity": 1,
                    "shape": shape,
                    **SILENT,
                },
                "encoding": {"x": x, "y": _y("at")},
            },
        ]
    }


SPEC: Mapping[str, Any] = MappingProxyType(
    {
        "data": _DATA,
        "autosize": FIT,
        "padding": PADDING,
        "params": [
            {
                "name": "model",
                "select": {"type": "point", "fields": ["task", "model", "revision"]},
                "views": ["rows"],
            }
        ],
        "resolve": {"scale": {"x": "independent"}},
        "layer": [
            _figure(
                "share",
                {
                    "field": "share",
                    "type": "quantitative",
                    "title": "positive",
                    "scale": {"domain": [0, 1], "range": [0, {"expr": "width*0.44"}]},
                    "axis": {**_AXIS, "values": [0, 0.5, 1], "format": ".0%"},
                },
                "circle",
            ),
            _figure(
                "mean",
                {
                    "field": "mean",
                    "type": "quantitative",
                    "title": "mean rating",
                    "scale": {
                        "domain": [1, 5],
                        "range": [{"expr": "width*0.56"}, {"expr": "width"}],
                        "nice": False,
                        "zero": False,
                    },
                    "axis": {**_AXIS, "values": [1, 2, 3, 4, 5]},
                },
                "diamond",
            ),
            {
                "mark": {
                    "type": "text",
                    "align": "left",
                    "baseline": "middle",
                    "fontSize": 12,
                    "limit": {"expr": "width"},
                    **SILENT,
                },
                "encoding": {
                    "x": {"value": 0},
                    "y": _y("top"),
                    "text": {"field": "label"},
                    "color": QUIET,
                },
            },
            {
                "name": "rows",
                "mark": {"type": "rect", "opacity": 0, "cursor": POINTER},
                "encoding": {
                    "x": {"value": 0},
                    "x2": {"value": {"expr": "width"}},
                    "y": _y("row"),
                    "y2": {"field": "end"},
                    **said("said"),
                },
            },
        ],
    }
)


def models_chart(models: Sequence[ModelFigures]) -> Drawing:
    shown = models[:MOST]
    n = sum(model.ratings.n for model in models)
    some = f"{MOST} of {len(models)}, " if len(models) > MOST else ""
    shares, means = ([m.positive_interval for m in shown], [m.mean_interval for m in shown])
    return Drawing(
        name="models",
        title=f"**Models** {some}n = {n:,}",
        spec=SPEC,
        data={
            "models": {
                "task": [str(model.task) for model in shown],
                "model": [model.model for model in shown],
                "revision": [model.revision for model in shown],
                "label": [
                    f"{m.model} {m.revision[:8]} · {m.ratings.positive_share:.0%} · "
                    f"{m.ratings.mean:.2f} · n {m.ratings.n:,}"
                    for m in shown
                ],
                "said": list(map(_said, shown)),
                "row": [place for place, _ in enumerate(shown)],
                "top": [place + 0.3 for place, _ in enumerate(shown)],
                "at": [place + 0.72 for place, _ in enumerate(shown)],
                "end": [place + 1 for place, _ in enumerate(shown)],
                "share": [model.ratings.positive_share for model in shown],
                "share_low": [each.low if each else None for each in shares],
                "share_high": [each.high if each else None for each in shares],
                "mean": [model.ratings.mean for model in shown],
                "mean_low": [each.low if each else None for each in means],
                "mean_high": [each.high if each else None for each in means],
            }
        },
        narrow=_rows,
        marks={
            _said(model): {
                "task": str(model.task),
                "model": model.model,
                "revision": model.revision,
            }
            for model in models
        },
        alt="Models compared: positive share and mean rating of each revision",
        empty=None if shown else "No ratings, so no model to compare.",
        help="The share of ratings of 4 and 5, and the mean rating, each with its 95% interval. "
        f"Drawn are the {MOST} rated most; “Rows” has all.",
    )


def _rows(filter: FeedbackFilter, picked: Picked) -> FeedbackFilter:
    return to_model(filter, Task(picked["task"]), picked["model"], picked["revision"])


def _said(model: ModelFigures) -> str:
    share, mean = model.positive_interval, model.mean_interval
    positive = f" ({100 * share.low:.0f}–{share.high:.0%})" if share else ""
    about = f" ({mean.low:.2f}–{mean.high:.2f})" if mean else ""
    return (
        f"{model.model} {model.revision}: {model.ratings.positive_share:.0%} positive{positive}, "
        f"mean {model.ratings.mean:.2f}{about}, n = {model.ratings.n:,}"
    )
