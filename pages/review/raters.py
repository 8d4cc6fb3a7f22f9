"""Raters: how much, how strictly and how alike people rate, and how they do on anchors."""

import streamlit as st

from core.permissions import Permission
from core.review.types import FeedbackFilter
from ui.components.raters_agreement import agreement_figures
from ui.components.raters_anchors import anchors
from ui.components.raters_severity import severity_chart
from ui.components.raters_table import raters_table
from ui.components.review_filters import filter_bar
from ui.components.review_links import to_feedback
from ui.components.review_view import reset, view_in_address
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench

actor = require(Permission.REVIEW)
bench = workbench()

with st.container(horizontal=True, horizontal_alignment="distribute"):
    st.title("Raters", width="content")
    tools = st.container(horizontal=True, width="content")
tools.button("Reset filters", key="review-reset", icon=":material/close:", on_click=reset)
with shown(stop=True):
    view = view_in_address()
    choices = bench.review.choices(actor)
    report = bench.raters.report(actor, view.filter)
with tools:
    to_feedback(view.filter)
filter_bar(view, choices)
agreement_figures(report, filtered=view.filter != FeedbackFilter())
raters_table(report.raters, view.filter)
left, right = st.columns([3, 2], gap="large")
with left:
    severity_chart(report.raters)
with right:
    anchors()
