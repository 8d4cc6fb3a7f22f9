"""The charts of the review page: ratings over the table; boxes and tags under it."""

import streamlit as st

from core.review.chart_types import Charts
from ui.components.review_charts_draw import Drawing, draw
from ui.components.review_charts_models import models_chart
from ui.components.review_charts_phrases import phrases_chart
from ui.components.review_charts_scores import scores_chart
from ui.components.review_charts_settings import settings_chart
from ui.components.review_charts_tags import tags_chart
from ui.components.review_charts_trend import trend_chart
from ui.components.review_view import View

_HEIGHT = 290
_HALF = 118


def charts_of_ratings(view: View, charts: Charts) -> None:
    wide, middle, narrow = st.columns([5, 3, 3], gap="medium")
    with wide:
        draw(view, trend_chart(charts.trend), _HEIGHT)
    with middle:
        draw(view, models_chart(charts.models), _HEIGHT)
    with narrow:
        if not charts.settings:
            st.markdown("**Settings**")
            st.caption("No ratings of runs with these settings.")
        for map in charts.settings:
            height = _HEIGHT if len(charts.settings) == 1 else _HALF
            draw(view, settings_chart(map), height)


def charts_of_boxes(view: View, charts: Charts) -> None:
    left, middle, right = st.columns(3, gap="medium")
    drawings: tuple[Drawing, ...] = (
        phrases_chart(charts.phrases),
        scores_chart(charts.scores),
        tags_chart(charts.tags),
    )
    for place, drawing in zip((left, middle, right), drawings, strict=True):
        with place:
            draw(view, drawing, _HEIGHT)
