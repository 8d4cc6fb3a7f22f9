"""The figures over the table: what each counts, out of how many, and how it has changed."""

import streamlit as st

from core.review.criteria import period_before
from core.review.periods import is_year_before
from core.review.types import FeedbackFilter, Header, Kpis
from ui.components.review_kinds import KINDS, Kind
from ui.components.review_period import period_words

_BARS_HEIGHT, _BARS_WIDTH = 112, 200
_FIGURE_WIDTH = 140


def figures(header: Header, filter: FeedbackFilter) -> None:
    """Six figures with their n and the change against the period they are compared with."""
    with st.container(horizontal=True):
        for kind in KINDS:
            _figure(kind, header)
        _distribution(header.current)
    st.caption(f"Figures for {period_words(filter)}; {_compared(filter)}.")


def _compared(filter: FeedbackFilter) -> str:
    earlier = period_before(filter)
    if earlier is None:
        return "choose a first and a last day to see changes against the days before"
    days = period_words(earlier)
    if is_year_before(filter):
        return f"changes are against the same days a year ago, {days}"
    if filter.against:
        return f"changes are against {days}"
    return f"changes are against the days just before, {days}"


def _figure(kind: Kind, header: Header) -> None:
    change = kind.change(header)
    flat = change is not None and not set(change) & set("123456789")
    with st.container(width=_FIGURE_WIDTH, gap=None):
        st.metric(
            kind.label,
            kind.value(header.current),
            "unchanged" if flat else change,
            delta_color="off" if kind.neutral or flat else "normal",
            delta_arrow="off" if flat else "auto",
            help=kind.about(header),
        )
        st.caption(f"{kind.interval(header)}{kind.n(header.current)}")


def _distribution(kpis: Kpis) -> None:
    """How many of each rating, as bars; the number stands in the label, in both themes."""
    if not kpis.rated:
        return
    bars = [
        {"rating": f"{stars} ★  {count:,}", "stars": stars, "ratings": count}
        for stars, count in enumerate(kpis.by_rating, start=1)
    ]
    order = {"field": "stars", "order": "descending"}
    spec = {
        "data": {"values": bars},
        "height": _BARS_HEIGHT,
        "padding": {"left": 0, "right": 4, "top": 0, "bottom": 0},
        "mark": {"type": "bar", "tooltip": True},
        "encoding": {
            "x": {"field": "ratings", "type": "quantitative", "axis": None},
            "y": {
                "field": "rating",
                "type": "nominal",
                "sort": order,
                "title": None,
                "scale": {"paddingInner": 0.25, "paddingOuter": 0.4},
                "axis": {"labelOverlap": False, "ticks": False, "domain": False},
            },
        },
    }
    said = "; ".join(str(bar["rating"]) for bar in bars)
    with st.container(width=_BARS_WIDTH, gap=None):
        st.markdown(":small[Ratings by stars]")
        st.vega_lite_chart(None, spec, width="stretch", alt=f"How many of each rating: {said}")
