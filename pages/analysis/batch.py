"""Batch: many pictures or prompts, worked off while nobody waits for them."""

import streamlit as st

from core.permissions import Permission
from ui.components.batch_job import batch_job
from ui.components.batch_list import batch_list
from ui.components.batch_new import new_batch
from ui.components.batch_view import view_in_address
from ui.errors import shown
from ui.guard import require

actor = require(Permission.BATCH)

with shown(stop=True):
    view = view_in_address()
    if view.job is not None:
        batch_job(actor, view, view.job)
        st.stop()
st.title("Batch")
left, right = st.columns([7, 4], gap="medium")
with right:
    new_batch(actor, view)
with left:
    batch_list(view)
