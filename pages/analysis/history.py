"""History: one's own runs; searched, opened again, compared, taken away."""

import streamlit as st

from core.permissions import Permission
from ui.components.asked_to_rate import asked_to_rate
from ui.components.history_compare import back_to_list, comparison
from ui.components.history_list import history_list
from ui.components.history_view import View, show, view_in_address
from ui.errors import shown
from ui.guard import require

actor = require(Permission.HISTORY)
view: View | None = None

head = st.container(horizontal=True, horizontal_alignment="distribute")
with shown():
    view = view_in_address()
with head:
    if view and view.compared:
        st.title("Two runs compared", width="content")
        back_to_list(view)
    else:
        st.title("History", width="content")
        st.button(
            "Reset filters",
            key="history-reset",
            icon=":material/close:",
            on_click=show,
            args=(View(),),
        )
if view:
    with shown():
        if view.compared:
            comparison(actor, view)
        else:
            asked_to_rate(actor)
            history_list(actor, view)
