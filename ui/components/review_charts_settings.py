"""The map of settings: the mean rating, and how many, of each pair of them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from core.review.chart_types import SettingsCell, SettingsMap
from core.review.narrowing import to_settings
from core.review.types import FeedbackFilter
from core.runs.types import Task
from ui.components.review_charts_draw import Drawing, Picked
from ui.components.review_charts_look import (
    FIT,
    PADDING,
    POINTER,
    SILENT,
    ink_on,
    mean_colour,
    said,
    short,
)

_NAMES = {
    Task.DETECTION: ("box threshold", "text threshold"),
    Task.GENERATION: ("temperature", "top-p"),
}
_TALL = "bandwidth('y') > 28"
_AXIS = {"titleFontSize": 11, "titlePadding": 4, "labelPadding": 4, "labelFontSize": 11}


def _spec(task: Task) -> Mapping[str, Any]:
    x_name, y_name = _NAMES[task]
    x = {
        "field": "x",
        "type": "ordinal",
        "title": x_name,
        "scale": {"paddingInner": 0.04, "paddingOuter": 0},
        "axis": {**_AXIS, "labelAngle": 0},
    }
    y = {
        "field": "y",
        "type": "ordinal",
        "title": y_name,
        "sort": "descending",
        "scale": {"paddingInner": 0.06, "paddingOuter": 0},
        "axis": _AXIS,
    }
    text = {"type": "text", "fontSize": 11, **SILENT, "baseline": "middle"}
    ink = {"field": "ink", "type": "nominal", "scale": None}
    return MappingProxyType(
        {
            "data": {"name": "cells"},
            "autosize": FIT,
            "padding": PADDING,
            "params": [
                {
                    "name": "cell",
                    "select": {"type": "point", "fields": ["task", "x", "y"]},
                    "views": ["cells"],
                }
            ],
            "encoding": {"x": x, "y": y},
            "layer": [
                {
                    "name": "cells",
                    "mark": {"type": "rect", "cursor": POINTER},
                    "encoding": {
                        "color": {
                            "field": "colour",
                            "type": "nominal",
                            "scale": None,
                        },
                        **said("said"),
                    },
                },
                # Left out where a cell has no room for it; the menu has it all the same.
                {
                    "mark": {
                        **text,
                        "dy": {"expr": f"{_TALL} ? -7 : 0"},
                        "opacity": {"expr": "bandwidth('x') > 20 && bandwidth('y') > 10 ? 1 : 0"},
                    },
                    "encoding": {
                        "text": {"field": "mean", "type": "quantitative", "format": ".1f"},
                        "color": ink,
                    },
                },
                {
                    "mark": {
                        **text,
                        "dy": 7,
                        "fontSize": 10,
                        "opacity": {"expr": f"bandwidth('x') > 33 && {_TALL} ? 1 : 0"},
                    },
                    "encoding": {"text": {"field": "counted"}, "color": ink},
                },
            ],
        }
    )


SPECS = MappingProxyType({task: _spec(task) for task in Task})


def settings_chart(map: SettingsMap) -> Drawing:
    cells = map.cells
    x_name, y_name = _NAMES[map.task]
    n = sum(cell.ratings.n for cell in cells)
    means = [cell.ratings.mean or 0 for cell in cells]
    colours = [mean_colour(mean) for mean in means]
    said = {_said(map.task, cell): _picked(map.task, cell) for cell in cells}
    return Drawing(
        name=f"settings-{map.task}",
        title=f"**{str(map.task).capitalize()} settings** n = {short(n)}",
        spec=SPECS[map.task],
        data={
            "cells": {
                "task": [str(map.task)] * len(cells),
                "x": [cell.x for cell in cells],
                "y": [cell.y for cell in cells],
                "mean": means,
                "counted": [f"n {short(cell.ratings.n)}" for cell in cells],
                "colour": colours,
                "ink": [ink_on(colour) for colour in colours],
                "said": list(said),
            }
        },
        narrow=_rows,
        marks=said,
        alt=f"Mean rating by {x_name} and {y_name}",
        help="The mean rating and how many ratings; the colours are those of the ratings over "
        "time. Temperatures are rounded to .1, the others to .05.",
    )


def _rows(filter: FeedbackFilter, picked: Picked) -> FeedbackFilter:
    return to_settings(filter, Task(picked["task"]), float(picked["x"]), float(picked["y"]))


def _picked(task: Task, cell: SettingsCell) -> dict[str, Any]:
    return {"task": str(task), "x": cell.x, "y": cell.y}


def _said(task: Task, cell: SettingsCell) -> str:
    x_name, y_name = _NAMES[task]
    return (
        f"{x_name} {cell.x:g}, {y_name} {cell.y:g}: mean {cell.ratings.mean:.2f}, "
        f"n = {cell.ratings.n:,}"
    )
