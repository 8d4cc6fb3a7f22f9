"""The figures over the table: what each counts, out of how many, and how it has changed."""

import streamlit as st

from core.review.criteria import period_before
from core.review.periods import is_year_before
from core.review.types import FeedbackFilter, Header
from ui.components.review_charts_draw import draw
from ui.components.review_charts_ratings import ratings_chart
from ui.components.review_kinds import KINDS, Kind
from ui.components.review_period import period_words
from ui.components.review_view import View

_BARS_HEIGHT, _BARS_WIDTH = 112, 200
_FIGURE_WIDTH = 126


def figures(header: Header, view: View) -> None:
    """Six figures with their n and the change against the period they are compared with."""
    with st.container(horizontal=True):
        for kind in KINDS:
            _figure(kind, header)
        with st.container(width=_BARS_WIDTH):
            draw(view, ratings_chart(header.current), _BARS_HEIGHT)
    st.caption(f"Figures for {period_words(view.filter)}; {_compared(view.filter)}.")


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
