"""Limits: how much roles and single people may use of the models."""

import streamlit as st

from core.permissions import Permission
from ui.components.limit_form import undo_line
from ui.components.limits_people import people_with_limits, person_to_change
from ui.components.role_limits import role_limits
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench

actor = require(Permission.MANAGE_USERS)
limits = workbench().limits

st.title("Limits")
st.caption(
    "They hold from the next request on, for the pages and all API keys of a person together. "
    "Days are those of UTC. A field left empty sets no limit."
)
undo_line()
with shown(stop=True):
    roles, people = limits.roles(actor), limits.people(actor)
st.subheader("Roles")
role_limits(roles)
st.subheader("People with limits of their own")
people_with_limits(people)
person_to_change(actor)
