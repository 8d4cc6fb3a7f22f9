"""How ratings over time are drawn: three bands of one plot, over the same days."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ui.components.review_charts_look import (
    FIT,
    PADDING,
    POINTER,
    QUIET,
    RATING_COLOURS,
    SILENT,
    said,
)

_DATA = {"name": "steps"}


def _within(bottom: float, top: float) -> list[dict[str, str]]:
    """A band of the plot, as parts of its height from above."""
    return [{"expr": f"height*{bottom}"}, {"expr": f"height*{top}"}]


_MEAN, _SHARE, _COUNTS = _within(0.34, 0.14), _within(0.62, 0.42), _within(1, 0.70)
_AXIS = {"orient": "left", "titleFontSize": 11, "titlePadding": 6, "labelPadding": 4}
_TIME = {"type": "temporal", "scale": {"type": "utc"}, "title": None}
_AT = {
    "field": "at",
    **_TIME,
    "axis": {"grid": False, "labelOverlap": True, "labelPadding": 4, "tickCount": 8},
}


def _line(y: dict[str, Any], low: str, high: str, shape: str) -> dict[str, Any]:
    """A line that breaks where nothing was rated, with its interval."""
    x = {"field": "middle", **_TIME}
    return {
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.22, **SILENT},
                "encoding": {"x": x, "y": {**y, "field": low}, "y2": {"field": high}},
            },
            {
                "mark": {
                    "type": "line",
                    "strokeWidth": 1.5,
                    **SILENT,
                    "point": {"size": 14, "shape": shape, **SILENT},
                },
                "encoding": {"x": x, "y": y},
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
                "name": "counts",
                "select": {"type": "point", "fields": ["first", "last", "rating"]},
                "views": ["bars"],
            },
            {
                "name": "whole",
                "select": {"type": "point", "fields": ["first", "last"]},
                "views": ["columns"],
            },
            {
                "name": "release",
                "select": {"type": "point", "fields": ["task", "model", "revision"]},
                "views": ["releases"],
            },
        ],
        "resolve": {"scale": {"y": "independent"}},
        "layer": [
            {
                "name": "bars",
                "transform": [
                    {"fold": ["1", "2", "3", "4", "5"], "as": ["rating", "n"]},
                    {
                        "stack": "n",
                        "groupby": ["at"],
                        "sort": [{"field": "rating"}],
                        "as": ["low", "high"],
                    },
                    {"filter": "datum.n > 0"},
                    {
                        "calculate": "datum.said + ': ' + format(datum.n, ',') + ' of '"
                        " + format(datum.total, ',') + ' rated ' + datum.rating + ' ★'",
                        "as": "tip",
                    },
                ],
                "mark": {"type": "rect", "cursor": POINTER},
                "encoding": {
                    "x": _AT,
                    "x2": {"field": "next"},
                    "y": {
                        "field": "low",
                        "type": "quantitative",
                        "title": "ratings",
                        "scale": {"range": _COUNTS},
                        "axis": {**_AXIS, "tickCount": 3, "format": "~s"},
                    },
                    "y2": {"field": "high"},
                    "color": {
                        "field": "rating",
                        "type": "nominal",
                        "scale": {"domain": ["1", "2", "3", "4", "5"], "range": RATING_COLOURS},
                        "legend": {
                            "orient": "top",
                            "direction": "horizontal",
                            "labelExpr": "datum.label + ' ★'",
                            "symbolType": "square",
                            "symbolSize": 70,
                            "labelFontSize": 11,
                            "title": " ",
                            "titleFontSize": 1,
                            "columnPadding": 10,
                            "offset": 0,
                            "padding": 0,
                        },
                    },
                    **said("tip"),
                },
            },
            _line(
                {
                    "field": "share",
                    "type": "quantitative",
                    "title": "positive",
                    "scale": {"domain": [0, 1], "range": _SHARE},
                    "axis": {**_AXIS, "values": [0, 0.5, 1], "format": ".0%"},
                },
                "low_share",
                "high_share",
                "circle",
            ),
            _line(
                {
                    "field": "mean",
                    "type": "quantitative",
                    "title": "mean",
                    "scale": {"domain": [1, 5], "range": _MEAN},
                    "axis": {**_AXIS, "values": [1, 3, 5]},
                },
                "mean",
                "mean",
                "diamond",
            ),
            {
                "name": "columns",
                "mark": {"type": "rect", "opacity": 0, "cursor": POINTER},
                "transform": [{"filter": "datum.total > 0"}],
                "encoding": {
                    "x": _AT,
                    "x2": {"field": "next"},
                    "y": {"value": {"expr": "height*0.12"}},
                    "y2": {"value": {"expr": "height*0.66"}},
                    **said("figures"),
                },
            },
            {
                "data": {"name": "releases"},
                "mark": {"type": "rule", "strokeDash": [4, 3], "strokeWidth": 1.5, **SILENT},
                "encoding": {"x": {"field": "at", **_TIME}, "color": QUIET},
            },
            {
                # Wide enough for a hand to hit.
                "data": {"name": "releases"},
                "name": "releases",
                "mark": {"type": "rule", "strokeWidth": 12, "opacity": 0, "cursor": POINTER},
                "encoding": {"x": {"field": "at", **_TIME}, **said("tip")},
            },
            {
                "data": {"name": "releases"},
                "mark": {
                    "type": "text",
                    "align": "left",
                    "baseline": "top",
                    "dx": 4,
                    "fontSize": 11,
                    "limit": {"expr": "scale('x', datum.until) - scale('x', datum.at) - 8"},
                    **SILENT,
                },
                "encoding": {
                    "x": {"field": "at", **_TIME},
                    "y": {
                        "field": "line",
                        "type": "quantitative",
                        "axis": None,
                        "scale": {"domain": [0, 1], "range": _within(0.02, 0.09), "nice": False},
                    },
                    "text": {"field": "name"},
                    "color": QUIET,
                },
            },
        ],
    }
)
