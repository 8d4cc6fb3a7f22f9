"""Quality: what verdicts say of the detector, phrase by phrase, and the cuts they advise."""

import streamlit as st

from core.permissions import Permission
from ui.components.quality_advice import advice_panel
from ui.components.quality_defaults import defaults, undo_line
from ui.components.quality_table import phrases_table
from ui.components.quality_view import chosen, wanted_precision
from ui.components.review_filters import filter_bar
from ui.components.review_links import to_feedback
from ui.components.review_view import reset, view_in_address
from ui.components.signal_table import signal_table
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench

actor = require(Permission.REVIEW)
bench = workbench()

with st.container(horizontal=True, horizontal_alignment="distribute"):
    st.title("Quality", width="content")
    tools = st.container(horizontal=True, width="content")
tools.button("Reset filters", key="review-reset", icon=":material/close:", on_click=reset)
with shown(stop=True):
    view = view_in_address()
    choices = bench.review.choices(actor)
with tools:
    to_feedback(view.filter)
filter_bar(view, choices)
with shown(stop=True):
    wanted = wanted_precision()
    phrases = bench.quality.phrases(actor, view.filter, wanted)
undo_line()
found = [each for each in phrases if chosen(view.filter, each.model, each.phrase)][:1]
named = bool(view.filter.phrase)
wide, *narrow = st.columns([1, 1] if named else [1], gap="medium")
with wide:
    if phrases:
        phrases_table(view, phrases)
    else:
        st.info(
            "No verdicts match these filters. Boxes are judged under a detection: right, wrong "
            "label, loose, not there.",
            icon=":material/inbox:",
        )
if named:
    with narrow[0], shown():
        model = found[0].model if found else (view.filter.model or "").partition("@")[0]
        if model:
            advice_panel(actor, view.filter, model, str(view.filter.phrase), wanted)
        else:
            st.info("No box of this phrase was judged; choose one of the table.")
left, right = st.columns(2, gap="large")
with left, shown():
    defaults(actor)
with right, shown():
    st.subheader("What people did without saying anything")
    signal_table(actor, view.filter.since, view.filter.until, view.filter.demo)
