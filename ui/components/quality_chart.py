"""Precision over the cut, with its interval, the wanted one, the default and the advice."""

from typing import Any

import streamlit as st

from core.quality.types import Advice

_HEIGHT = 240
_GREY = "#7f8694"
"""Of what is not data; to be read on light and dark."""


def curve_chart(advice: Advice) -> None:
    points = [
        {
            "cut": point.cut,
            "precision": point.precision,
            "low": point.interval.low,
            "high": point.interval.high,
            "kept": point.kept,
            "boxes": point.boxes,
        }
        for point in advice.curve
    ]
    marks = [{"cut": advice.current, "what": "default"}] if advice.current is not None else []
    if advice.advised:
        marks.append({"cut": advice.advised.cut, "what": "advised"})
    st.vega_lite_chart(
        None,
        {
            **_SPEC,
            "datasets": {
                "points": points,
                "marks": marks,
                "wanted": [{"wanted": advice.wanted, "what": f"wanted {advice.wanted:.0%}"}],
            },
        },
        alt=f"Precision of the boxes of {advice.phrase} over the lowest score shown, with interval",
    )
    st.caption(
        "Line: precision of the boxes from a score on, with its 95 % interval. Dashes: boxes kept."
    )


_CUT: dict[str, Any] = {
    "field": "cut",
    "type": "quantitative",
    "title": "lowest score shown",
    "scale": {"zero": False, "nice": False, "padding": 8},
}
_SHARE: dict[str, Any] = {
    "type": "quantitative",
    "title": None,
    "scale": {"domain": [0, 1]},
    "axis": {"format": ".0%"},
}
_TOOLTIP = [
    {"field": "cut", "title": "From score", "format": ".3f"},
    {"field": "precision", "title": "Precision", "format": ".1%"},
    {"field": "low", "title": "95 % from", "format": ".1%"},
    {"field": "high", "title": "95 % to", "format": ".1%"},
    {"field": "kept", "title": "Boxes kept", "format": ".0%"},
    {"field": "boxes", "title": "Boxes", "format": ","},
]
_SPEC: dict[str, Any] = {
    "height": _HEIGHT,
    "layer": [
        {
            "data": {"name": "points"},
            "mark": {"type": "area", "opacity": 0.2},
            "encoding": {
                "x": _CUT,
                "y": {**_SHARE, "field": "low"},
                "y2": {"field": "high"},
            },
        },
        {
            "data": {"name": "points"},
            "mark": {"type": "line", "strokeDash": [4, 3], "opacity": 0.6},
            "encoding": {"x": _CUT, "y": {**_SHARE, "field": "kept"}},
        },
        {
            "data": {"name": "points"},
            "mark": {"type": "line", "point": {"size": 30}, "tooltip": True},
            "encoding": {"x": _CUT, "y": {**_SHARE, "field": "precision"}, "tooltip": _TOOLTIP},
        },
        {
            "data": {"name": "wanted"},
            "mark": {"type": "rule", "strokeDash": [2, 2], "color": _GREY},
            "encoding": {"y": {**_SHARE, "field": "wanted"}, "tooltip": [{"field": "what"}]},
        },
        {
            "data": {"name": "marks"},
            "mark": {"type": "rule", "color": _GREY},
            "encoding": {"x": _CUT, "strokeDash": {"field": "what", "legend": None}},
        },
        {
            "data": {"name": "marks"},
            "mark": {"type": "text", "align": "left", "dx": 4, "dy": -6, "color": _GREY},
            "encoding": {
                "x": _CUT,
                "y": {"value": "height"},
                "text": {"field": "what"},
            },
        },
    ],
}
