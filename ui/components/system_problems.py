"""What went wrong lately in this process."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from core.problems import Problem

_ROW_HEIGHT, _FRAME, _HEIGHT = 35, 3, 350


def system_problems(problems: Sequence[Problem], started_at: datetime) -> None:
    st.subheader("Last problems")
    if not problems:
        st.caption(f"None since the process started, on {started_at:%Y-%m-%d %H:%M} UTC.")
        return
    st.dataframe(
        [_cells(each) for each in problems],
        key="system-problems",
        height=min(_HEIGHT, _ROW_HEIGHT * (len(problems) + 1) + _FRAME),
        hide_index=True,
        placeholder="",
        column_config={
            "At": st.column_config.DatetimeColumn(
                format="YYYY-MM-DD HH:mm:ss", timezone="UTC", width=168
            ),
            "What": st.column_config.TextColumn(width=160),
            "Times": st.column_config.NumberColumn(
                width=60, help="How often it happened since the process started"
            ),
            "Code": st.column_config.TextColumn(width=110),
            "Where": st.column_config.TextColumn(
                width=230, help="The route, the model or the thread"
            ),
            "Trace id": st.column_config.LinkColumn(
                width=250,
                display_text=r"trace=([^&]+)",
                help="Of the last one, as in the log; a click opens what the audit log has of it",
            ),
            "Cause": st.column_config.TextColumn(
                width=400, help="The error's type, and the line that raised it"
            ),
        },
        alt="What went wrong lately: when, what, how often, where, why",
    )
    st.caption("Alike ones are told once. The log has each of them, under its trace id.")


def _cells(problem: Problem) -> dict[str, object]:
    return {
        "At": problem.at,
        "What": problem.event,
        "Times": problem.count,
        "Code": problem.code,
        "Where": problem.where,
        "Trace id": f"/audit?trace={problem.trace_id}",
        "Cause": problem.cause,
    }
