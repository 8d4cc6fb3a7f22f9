"""The line over the table: the triage queue, its order and columns, and what is ticked."""

import streamlit as st

from core.permissions import Actor
from core.review.types import FeedbackPage
from ui.components.review_bulk import bulk_menu, bulk_outcome
from ui.components.review_columns import columns_menu
from ui.components.review_queue import queue_button
from ui.components.review_table import ticked
from ui.components.review_view import SORTS, View, open_sorted
from ui.resources import workbench

_KEY = "review-sort"


def table_tools(actor: Actor, view: View, page: FeedbackPage) -> None:
    """Always in the same place; what cannot be done says what to do for it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        queue_button(view, workbench().triage.left(actor, view.filter))
        bulk_menu(actor, ticked(view, page))
        _sort(view)
        columns_menu(view)
    bulk_outcome()


def _sort(view: View) -> None:
    st.session_state[_KEY] = view.sort
    st.selectbox(
        "Order",
        list(SORTS),
        key=_KEY,
        format_func=lambda sort: SORTS[sort].capitalize(),
        label_visibility="collapsed",
        width=200,
        on_change=_sorted,
        args=(view,),
    )


def _sorted(view: View) -> None:
    open_sorted(view, st.session_state[_KEY])
