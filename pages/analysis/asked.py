"""Asked to rate: runs of others that a reviewer wants one's rating of."""

from uuid import UUID

import streamlit as st

from core.permissions import Permission
from ui.address import run_in_address
from ui.components.asked_run import asked_run
from ui.components.asked_to_rate import asked_list
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench

actor = require(Permission.RATE)
opened: UUID | None = None

st.title("Asked to rate")
with shown(stop=True):
    waiting = workbench().requests.waiting(actor)
with shown():
    opened = run_in_address()
wide, narrow = st.columns([7, 4], gap="medium")
with narrow:
    asked_list(opened, follow=any(each.run_id == opened for each in waiting))
with wide:
    if opened:
        with shown():
            asked_run(actor, opened)
    elif waiting:
        with st.container(border=True, height=280):
            st.markdown("**No run chosen**")
            st.caption("Choose one of the list; look at it, and rate it under the result.")
