"""Feedback: what people think of the results, counted, filtered, drawn, one row at a time."""

import streamlit as st

from core.permissions import Permission
from ui.components.demo_notice import demo_notice
from ui.components.review_charts import (
    charts_frames,
    charts_of_boxes,
    charts_of_ratings,
    charts_switch,
    counted,
)
from ui.components.review_detail import row_detail
from ui.components.review_export import export_menu
from ui.components.review_figures import figures
from ui.components.review_filters import filter_bar
from ui.components.review_queue import queue_ended, queue_page
from ui.components.review_saved import views_menu
from ui.components.review_table import PAGE_SIZE, feedback_table
from ui.components.review_tools import table_tools
from ui.components.review_view import reset, view_in_address
from ui.components.review_walk import neighbours, walk_keys
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench

actor = require(Permission.REVIEW)
review = workbench().review

with st.container(horizontal=True, horizontal_alignment="distribute"):
    st.title("Feedback", width="content")
    tools = st.container(horizontal=True, width="content", vertical_alignment="center")
with tools:
    with_charts = charts_switch()
tools.button(
    "Reset",
    key="review-reset",
    icon=":material/close:",
    help="No filters; order and columns stay",
    on_click=reset,
)
with shown(stop=True):
    view = view_in_address()
    if view.row and view.queue is not None:
        queue_page(actor, view, view.row)
        st.stop()
    choices = review.choices(actor)
    header = review.header(actor, view.filter)
    page = review.page(actor, view.filter, view.cursor, PAGE_SIZE, view.sort)
    total = review.total(actor, view.filter)
    beside = neighbours(actor, view, page)
with tools:
    views_menu(actor, view)
    export_menu(view, header.current.rated)
# What comes and goes has a place of its own, so that what follows stays where it is, as it is.
with st.container():
    filter_bar(view, choices)
figures(header, view)
with st.container():
    demo_notice(actor, view)
    queue_ended(view)
frames = charts_frames() if with_charts else None
with shown():
    table_tools(actor, view, page)
wide, *narrow = st.columns([3, 2] if view.row else [1], gap="medium")
with wide:
    feedback_table(view, page, total)
below = st.container()
if view.row:
    with narrow[0], shown():
        row_detail(actor, view, view.row, beside)
else:
    walk_keys(actor, None, beside)
if frames is not None:
    with shown():
        charts = counted(actor, view.filter)
        charts_of_ratings(view, charts, frames)
        with below:
            charts_of_boxes(view, charts)
