"""A word beside the button before the day's share is used up."""

import streamlit as st

from core.limits.words import UNITS, counted
from core.permissions import Actor
from core.runs.types import Task
from ui.resources import workbench
from ui.zone import time_of_day

_LITTLE = 0.2


def limit_note(actor: Actor, task: Task) -> None:
    """How much is left, where that is less than a fifth of the day's share; else nothing."""
    use = workbench().limits.of_task(actor, task)
    most, left = use.quota.per_day, use.left_today
    if most is None or left is None or left >= _LITTLE:
        return
    st.caption(
        f":material/data_usage: {max(most - use.amount, 0):,} of today's "
        f"{counted(most, UNITS[task])} left, anew at {time_of_day(use.day_ends)}"
    )
