"""Prompts: the library of templates; used, written, shared, and how each version did."""

import streamlit as st

from core.permissions import Permission
from ui.components.prompts_actions import undo_archiving
from ui.components.prompts_detail import prompt_detail
from ui.components.prompts_edit import new_fields
from ui.components.prompts_table import prompts_table
from ui.components.prompts_view import Show, View, show, view_in_address
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench

actor = require(Permission.EDIT_PROMPTS)
library = workbench().prompts

with st.container(horizontal=True, horizontal_alignment="distribute"):
    st.title("Prompts", width="content")
    tools = st.container(horizontal=True, width="content")
with shown(stop=True):
    view = view_in_address()
    prompts = library.archived(actor) if view.archived else library.visible(actor)
tools.button(
    "Library" if view.archived else "Archived",
    key="prompts-other-list",
    icon=":material/arrow_back:" if view.archived else ":material/archive:",
    on_click=show,
    args=(View(show=None if view.archived else Show.ARCHIVED),),
)
tools.button(
    "New prompt",
    key="prompts-new",
    icon=":material/add:",
    on_click=show,
    args=(View(show=Show.NEW),),
)
undo_archiving()
beside = view.prompt is not None or view.show is Show.NEW
wide, *narrow = st.columns([3, 2] if beside else [1], gap="medium")
with wide:
    prompts_table(view, prompts)
if beside:
    with narrow[0], shown():
        if view.prompt is None:
            new_fields()
        else:
            prompt_detail(actor, view, view.prompt)
