"""How many of each rating, as bars beside the figures."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from core.review.narrowing import to_rating
from core.review.types import FeedbackFilter, Kpis
from ui.components.review_charts_draw import Drawing, Picked
from ui.components.review_charts_look import FIT, PADDING, POINTER, RATING_COLOURS, said

SPEC: Mapping[str, Any] = MappingProxyType(
    {
        "data": {"name": "bars"},
        "autosize": FIT,
        "padding": PADDING,
        "params": [
            {
                "name": "bar",
                "select": {"type": "point", "fields": ["rating"]},
                "views": ["bars"],
            }
        ],
        "layer": [
            {
                "name": "bars",
                "mark": {"type": "bar", "cursor": POINTER, "minBandSize": 1},
                "encoding": {
                    "x": {"field": "n", "type": "quantitative", "axis": None},
                    "y": {
                        "field": "label",
                        "type": "nominal",
                        "sort": {"field": "rating", "order": "descending"},
                        "title": None,
                        "scale": {"paddingInner": 0.25, "paddingOuter": 0.1},
                        "axis": {"labelOverlap": False, "ticks": False, "labelPadding": 4},
                    },
                    "color": {
                        "field": "rating",
                        "type": "nominal",
                        "legend": None,
                        "scale": {"domain": [1, 2, 3, 4, 5], "range": RATING_COLOURS},
                    },
                    **said("said"),
                },
            }
        ],
    }
)


def ratings_chart(kpis: Kpis) -> Drawing:
    ratings = range(1, 6)
    said = [
        f"{rating} ★: {count:,}, {count / kpis.rated:.0%} of {kpis.rated:,}" if kpis.rated else ""
        for rating, count in zip(ratings, kpis.by_rating, strict=True)
    ]
    return Drawing(
        name="ratings",
        title="Ratings by stars",
        spec=SPEC,
        data={
            "bars": {
                "rating": list(ratings),
                "n": list(kpis.by_rating),
                "label": [f"{rating} ★  {kpis.by_rating[rating - 1]:,}" for rating in ratings],
                "said": said,
            }
        },
        narrow=_rows,
        marks={
            words: {"rating": rating}
            for rating, words in zip(ratings, said, strict=True)
            if kpis.by_rating[rating - 1]
        },
        alt="How many of each rating",
        empty=None if kpis.rated else "none",
    )


def _rows(filter: FeedbackFilter, picked: Picked) -> FeedbackFilter:
    return to_rating(filter, int(picked["rating"]))
