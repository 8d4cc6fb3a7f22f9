"""The charts of the review page: ratings over the table; boxes and tags under it."""

from time import monotonic

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.permissions import Actor
from core.review.chart_types import Charts
from core.review.types import FeedbackFilter
from ui.components.review_charts_draw import draw
from ui.components.review_charts_models import models_chart
from ui.components.review_charts_phrases import phrases_chart
from ui.components.review_charts_scores import scores_chart
from ui.components.review_charts_settings import settings_chart
from ui.components.review_charts_tags import tags_chart
from ui.components.review_charts_trend import trend_chart
from ui.components.review_view import View
from ui.resources import workbench
from ui.session import KeptCharts, session

Frames = tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator]

_HEIGHT, _HALF, _FRAME = 290, 111, 384
_KEPT = 30
"""Charts are good for so many times as long as they took to count, so that looking through the
rows of one filter costs a thirtieth of that at most."""


def charts_switch() -> bool:
    """Whether this person wants charts, for as long as the tab is open."""
    key = "review-charts"
    st.session_state.setdefault(key, session().charts_shown)
    session().charts_shown = st.toggle("Charts", key=key, help="Show or hide the charts")
    return session().charts_shown


def charts_frames() -> Frames:
    """Room for the charts over the table, which stands still when they come."""
    wide, middle, narrow = (
        column.container(height=_FRAME, border=False) for column in st.columns([4.2, 3, 3.2])
    )
    return wide, middle, narrow


def counted(actor: Actor, filter: FeedbackFilter) -> Charts:
    kept, began = session().charts, monotonic()
    if kept is not None and kept.filter == filter and began < kept.until:
        return kept.charts
    charts = workbench().charts.charts(actor, filter)
    now = monotonic()
    session().charts = KeptCharts(filter, charts, now + _KEPT * (now - began))
    return charts


def charts_of_ratings(view: View, charts: Charts, frames: Frames) -> None:
    wide, middle, narrow = frames
    with wide:
        draw(view, trend_chart(charts.trend), _HEIGHT)
    with middle:
        draw(view, models_chart(charts.models), _HEIGHT)
    with narrow:
        if not charts.settings:
            st.markdown(":small[**Settings**]")
            st.caption("No ratings of runs with known settings match the filters.")
        for map in charts.settings:
            height = _HEIGHT if len(charts.settings) == 1 else _HALF
            draw(view, settings_chart(map), height)


def charts_of_boxes(view: View, charts: Charts) -> None:
    left, middle, right = st.columns(3)
    with left:
        draw(view, phrases_chart(charts.phrases), _HEIGHT)
    with middle:
        draw(view, scores_chart(charts.scores), _HEIGHT)
    with right:
        draw(view, tags_chart(charts.tags), _HEIGHT)
