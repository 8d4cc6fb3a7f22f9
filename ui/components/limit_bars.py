"""How far somebody has used what they may."""

from collections.abc import Sequence

import streamlit as st

from core.limits.types import TaskUse
from core.limits.words import UNITS, counted
from core.runs.types import Task
from ui.text import facts, plain
from ui.zone import time_of_day


def limit_bars(uses: Sequence[TaskUse]) -> None:
    """A bar for the day of each task, and the other limits in a line; plain words without one."""
    for use in uses:
        st.markdown(f"**{use.task.capitalize()}**")
        _day(use)
        st.caption(facts(*_other_limits(use)))
        if use.keys:
            keys = ", ".join(f"“{plain(key.label)}” {key.amount:,}" for key in use.keys)
            st.caption(f"Of today's {UNITS[use.task]}s by API key: {keys}")


def _day(use: TaskUse) -> None:
    most, unit = use.quota.per_day, UNITS[use.task]
    if most is None:
        st.markdown(f"{counted(use.amount, unit)} today, no limit")
        return
    again = f"anew at {time_of_day(use.day_ends)}"
    st.progress(
        1.0 if most == 0 else min(use.amount / most, 1.0),
        text=f"{use.amount:,} of {counted(most, unit)} today, {again}",
    )


def _other_limits(use: TaskUse) -> list[str]:
    found = [_share(use.requests, use.quota.per_minute, "request", "this minute")]
    if use.task is Task.GENERATION:
        found.append(_share(use.streams, use.quota.streams, "text", "being written"))
    return found


def _share(used: int, most: int | None, noun: str, when: str) -> str:
    if most is None:
        return f"{counted(used, noun)} {when}, no limit"
    return f"{used:,} of {counted(most, noun)} {when}"
