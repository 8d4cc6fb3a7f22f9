"""Severity of raters as points with intervals."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.raters.types import RaterFigures

_MOST = 40
"""Raters drawn: those who share most runs."""
_ROW, _AXIS = 24, 80
_GREY = "#7f8694"
"""Of what is not data; to be read on light and dark."""
_TITLE = "milder ← stars from the average rater → stricter"


def severity_chart(raters: Sequence[RaterFigures]) -> None:
    """The strictest at the top; nothing where nobody shares a run."""
    shared = [(each.username, each.severity) for each in raters if each.severity]
    if not shared:
        st.caption("No severity: nobody's runs were rated by somebody else too.")
        return
    most = sorted(shared, key=lambda pair: -pair[1].runs)[:_MOST]
    rows = [
        {
            "rater": name,
            "severity": found.value,
            "low": found.interval.low if found.interval else found.value,
            "high": found.interval.high if found.interval else found.value,
            "runs": found.runs,
        }
        for name, found in sorted(most, key=lambda pair: -pair[1].value)
    ]
    st.markdown("**Severity**")
    st.vega_lite_chart(
        None,
        {**_SPEC, "data": {"values": rows}, "height": _ROW * len(rows) + _AXIS},
        alt="Severity of raters, stricter to the right: "
        + "; ".join(f"{row['rater']} {row['severity']:+.2f}" for row in rows[:10]),
    )
    groups = {found.group for _, found in shared}
    note = " Raters without runs in common, even by others, cannot be compared." * (len(groups) > 1)
    left = f" The {_MOST} who share most runs." * (len(shared) > _MOST)
    st.caption(f"Points with 95 % intervals.{left}{note}")


def _x(field: str) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "title": _TITLE}


_Y = {
    "field": "rater",
    "type": "nominal",
    "sort": None,
    "title": None,
    "axis": {"labelOverlap": False},
}
_SPEC: dict[str, Any] = {
    "layer": [
        {
            "mark": {"type": "rule", "strokeDash": [2, 2], "color": _GREY},
            "encoding": {"x": {"datum": 0, "type": "quantitative"}},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 2, "color": _GREY},
            "encoding": {"y": _Y, "x": _x("low"), "x2": {"field": "high"}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 60, "tooltip": True},
            "encoding": {
                "y": _Y,
                "x": _x("severity"),
                "tooltip": [
                    {"field": "rater", "title": "Rater"},
                    {"field": "severity", "title": "Severity", "format": "+.2f"},
                    {"field": "runs", "title": "Runs shared", "format": ","},
                ],
            },
        },
    ],
}
