"""One's own runs: filters, what can be done with the chosen ones, and the table."""

import streamlit as st

from core.permissions import Actor
from ui.components.history_actions import actions
from ui.components.history_filters import filter_bar
from ui.components.history_table import PAGE_SIZE, nothing, runs_table, turn_pages
from ui.components.history_view import View
from ui.resources import workbench


def history_list(actor: Actor, view: View) -> None:
    """The runs that the view lets through. Raises `Invalid` for a view that cannot be."""
    bench = workbench()
    page = bench.runs.history(actor, view.filter, view.cursor, PAGE_SIZE)
    filter_bar(view, (info.id for info in bench.models.infos()))
    if not page.runs:
        nothing(view)
        return
    above = st.container()
    chosen = runs_table(page.runs)
    turn_pages(view, page)
    with above:
        actions(actor, view, chosen)
