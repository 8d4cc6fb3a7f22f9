"""What each role may use of each task."""

from collections.abc import Sequence

import streamlit as st

from core.limits.types import RoleLimit, Source
from core.runs.types import Task
from ui.components.limit_form import limit_form


def role_limits(limits: Sequence[RoleLimit]) -> None:
    """A line of fields for each role, by task."""
    for task in Task:
        with st.container(border=True):
            st.markdown(f"**{task.capitalize()}**")
            for each in limits:
                if each.task is task:
                    _line(each)


def _line(limit: RoleLimit) -> None:
    is_set = limit.source is Source.ROLE
    name, fields = st.columns([1, 6], vertical_alignment="center")
    state = "changed" if is_set else "default"
    name.markdown(f"{limit.role.capitalize()}  \n:small[:gray[{state}]]")
    with fields:
        limit_form(limit.role, f"the role {limit.role}", limit.task, limit.quota, is_set=is_set)
