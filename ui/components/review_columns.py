"""The columns that the table of ratings can have: how each is called, filled and drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import streamlit as st

from core.review.types import FeedbackRow
from ui.components.review_view import View, open_columns
from ui.components.review_words import STATUS_WORDS, VERDICT_WORDS
from ui.text import prompt_line, shortened

_CELL_CHARS = 300
USUAL = (
    *("created_at", "rating", "comment", "tags", "status", "task", "model", "user", "prompt"),
    "latency_ms",
)
_KEY = "review-columns"


@dataclass(frozen=True)
class Column:
    label: str
    cell: Callable[[FeedbackRow], object]
    config: Any


def _text(width: int) -> Any:
    return st.column_config.TextColumn(width=width)


def _time() -> Any:
    return st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm", timezone="UTC", width=148)


def _number(format: str, width: int = 80) -> Any:
    return st.column_config.NumberColumn(format=format, width=width)


def _verdicts(row: FeedbackRow) -> str:
    """As in “3 right, 1 missed”."""
    return ", ".join(
        f"{row.verdicts[name]} {words}"
        for name, words in VERDICT_WORDS.items()
        if name in row.verdicts
    )


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000


COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "created_at": Column("Rated", lambda row: row.feedback.created_at, _time()),
        "rating": Column("Rating", lambda row: row.feedback.rating, _number("%d ★", 65)),
        "comment": Column(
            "Comment", lambda row: shortened(row.feedback.comment, _CELL_CHARS), _text(240)
        ),
        "tags": Column(
            "Tags", lambda row: list(row.feedback.tags), st.column_config.ListColumn(width=120)
        ),
        "status": Column("Status", lambda row: STATUS_WORDS[row.feedback.review_status], _text(75)),
        "task": Column("Task", lambda row: str(row.task), _text(90)),
        "model": Column("Model", lambda row: row.model, _text(85)),
        "revision": Column("Revision", lambda row: row.revision[:12], _text(100)),
        "user": Column("User", lambda row: row.username, _text(85)),
        "role": Column("Role", lambda row: str(row.role), _text(70)),
        "prompt": Column("Prompt", lambda row: prompt_line(row.prompt, _CELL_CHARS), _text(180)),
        "latency_ms": Column("Latency", lambda row: row.latency_ms, _number("%d ms", 75)),
        "assignee": Column("Assignee", lambda row: row.triage.assignee, _text(85)),
        "fixed_in": Column("Fixed in", lambda row: row.feedback.fixed_in, _text(100)),
        "note": Column("Note", lambda row: shortened(row.triage.note, _CELL_CHARS), _text(180)),
        "answer": Column(
            "Answer", lambda row: shortened(row.feedback.answer, _CELL_CHARS), _text(180)
        ),
        "corrected_text": Column(
            "Corrected",
            lambda row: row.corrected,
            st.column_config.CheckboxColumn(width=80, help="Whether the text was written anew"),
        ),
        "verdicts": Column("Verdicts", _verdicts, _text(150)),
        "top_score": Column("Best score", lambda row: row.top_score, _number("%.2f")),
        "temperature": Column(
            "Temperature", lambda row: row.settings.temperature, _number("%.1f", 95)
        ),
        "top_p": Column("Top-p", lambda row: row.settings.top_p, _number("%.2f", 70)),
        "box_threshold": Column(
            "Box threshold", lambda row: row.settings.box_threshold, _number("%.2f", 105)
        ),
        "text_threshold": Column(
            "Text threshold", lambda row: row.settings.text_threshold, _number("%.2f", 105)
        ),
        "rate_ms": Column(
            "Time to rate",
            lambda row: _seconds(row.rate_ms),
            st.column_config.NumberColumn(
                format="%.1f s", width=95, help="From the run's end to the first rating"
            ),
        ),
        "run_status": Column(
            "Run", lambda row: str(row.run_status) if row.run_status else None, _text(75)
        ),
        "failed_step": Column(
            "Failed step",
            lambda row: str(row.feedback.failed_step) if row.feedback.failed_step else None,
            _text(85),
        ),
        "updated_at": Column("Changed", lambda row: row.feedback.updated_at, _time()),
        "demo": Column("Demo", lambda row: row.demo, st.column_config.CheckboxColumn(width=60)),
    }
)
"""Those of `core.review.columns` that fit into a cell; the others are the export's alone."""


def columns_of(view: View) -> Mapping[str, Column]:
    """The view's columns in their order, as far as the table has them; else the usual ones."""
    wanted = [name for name in view.columns or () if name in COLUMNS]
    return {name: COLUMNS[name] for name in wanted or USUAL}


def columns_menu(view: View) -> None:
    """Which columns the table has, kept in the address."""
    chosen = list(columns_of(view))
    st.session_state[_KEY] = chosen
    more = f" ({len(chosen)})" if tuple(chosen) != USUAL else ""
    with st.popover(f"Columns{more}", icon=":material/view_column:"):
        st.multiselect(
            "Columns, in this order",
            list(COLUMNS),
            key=_KEY,
            format_func=lambda name: COLUMNS[name].label,
            on_change=_chosen,
            args=(view,),
        )
        st.button(
            "The usual ones",
            key=f"{_KEY}-usual",
            type="tertiary",
            disabled=tuple(chosen) == USUAL,
            on_click=open_columns,
            args=(view, None),
        )


def _chosen(view: View) -> None:
    names = tuple(st.session_state[_KEY])
    open_columns(view, None if names == USUAL else names or None)
