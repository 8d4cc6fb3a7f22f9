"""Audit: what was done, by whom, to whom, from where; nothing here can be changed."""

import streamlit as st

from core.permissions import Permission
from ui.components.audit_detail import audit_detail
from ui.components.audit_filters import filter_bar
from ui.components.audit_table import PAGE_SIZE, audit_table
from ui.components.audit_view import View, export_url, show, view_in_address
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench

actor = require(Permission.VIEW_AUDIT)

with st.container(horizontal=True, horizontal_alignment="distribute"):
    st.title("Audit", width="content")
    tools = st.container(horizontal=True, width="content")
tools.button(
    "Reset filters", key="audit-reset", icon=":material/close:", on_click=show, args=(View(),)
)
with shown(stop=True):
    view = view_in_address()
    page = workbench().audit.find(actor, view.filter, view.cursor, PAGE_SIZE)
tools.link_button(
    "Export CSV",
    export_url(view),
    icon=":material/download:",
    help="Every entry that matches the filters, newest first; that it was taken is noted.",
)
filter_bar(view)
wide, *narrow = st.columns([3, 2] if view.entry else [1], gap="medium")
with wide:
    audit_table(view, page)
if view.entry:
    with narrow[0], shown():
        audit_detail(actor, view, view.entry)
