"""System: how the running program stands, and what can be done about it."""

import streamlit as st

from core.permissions import Permission
from ui.components.system_about import system_about
from ui.components.system_notice import system_notice
from ui.components.system_plugins import system_plugins
from ui.components.system_view import system_view
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench

actor = require(Permission.VIEW_SYSTEM)

with st.container(horizontal=True, horizontal_alignment="distribute"):
    st.title("System", width="content")
    with st.container(width="content"):
        system_notice()
system_view()
with shown():
    system_plugins(workbench().plugins.listed(actor))
with shown():
    system_about(workbench().system.about(actor))
