"""The ratings as a table, a page at a time; one row opens beside it."""

from functools import partial
from hashlib import sha256
from uuid import UUID

import streamlit as st
from streamlit.elements.arrow import DataframeStateInput

from core.review.filters import to_query
from core.review.types import FeedbackFilter, FeedbackPage, FeedbackRow
from ui.components.review_filters import STATUS_WORDS
from ui.components.review_view import View, open_page, open_row, reset
from ui.text import shortened

PAGE_SIZE = 25
_CELL_CHARS = 300
_HEIGHT, _ROW_HEIGHT, _FRAME = 560, 35, 3


def feedback_table(view: View, page: FeedbackPage, total: int) -> None:
    """The page's rows, the way to its neighbours, and how many rows match in all."""
    if not page.rows:
        _nothing(view)
        return
    ids = tuple(row.feedback.id for row in page.rows)
    key = _table_key(view)
    st.session_state[key] = _selection(ids, view.row)
    st.dataframe(
        [_cells(row) for row in page.rows],
        key=key,
        height=min(_HEIGHT, _ROW_HEIGHT * (len(ids) + 1) + _FRAME),
        hide_index=True,
        on_select=partial(_selected, view, key, ids),
        selection_mode=["single-row", "single-cell"],
        column_config={
            "Rated": st.column_config.DatetimeColumn(
                format="YYYY-MM-DD HH:mm", timezone="UTC", width=148
            ),
            "Rating": st.column_config.NumberColumn(format="%d ★", width=65),
            "Comment": st.column_config.TextColumn(width=200 if view.row else 260),
            "Tags": st.column_config.ListColumn(width=120),
            "Status": st.column_config.TextColumn(width=75),
            "Task": st.column_config.TextColumn(width=90),
            "Model": st.column_config.TextColumn(width=85),
            "User": st.column_config.TextColumn(width=85),
            "Prompt": st.column_config.TextColumn(width=180),
            "Latency": st.column_config.NumberColumn(format="%d ms", width=75),
        },
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        newer, older = max(1, view.first - PAGE_SIZE), view.first + len(ids)
        _turn("Newer", view, page.previous_cursor, newer, ":material/chevron_left:")
        _turn("Older", view, page.next_cursor, older, ":material/chevron_right:")
        st.caption(_place(view, len(ids), total))


def _place(view: View, rows: int, total: int) -> str:
    last = view.first + rows - 1
    rest = "" if view.row else " A click on a row opens it."
    return f"{view.first:,} to {last:,} of {total:,} ratings, newest first; times are UTC.{rest}"


def _cells(row: FeedbackRow) -> dict[str, object]:
    given = row.feedback
    return {
        "Rated": given.created_at,
        "Rating": given.rating,
        "Comment": shortened(given.comment, _CELL_CHARS),
        "Tags": list(given.tags),
        "Status": STATUS_WORDS[given.review_status],
        "Task": str(row.task),
        "Model": row.model,
        "User": row.username,
        "Prompt": shortened(row.prompt, _CELL_CHARS),
        "Latency": row.latency_ms,
    }


def _nothing(view: View) -> None:
    if view.cursor is not None:
        st.info("This page of the table is empty by now.", icon=":material/inbox:")
        st.button("Newest ratings", key="review-newest", on_click=open_page, args=(view, None, 1))
    elif view.filter == FeedbackFilter():
        st.info(
            "No feedback yet: ratings given under a result appear here.", icon=":material/inbox:"
        )
    else:
        st.info("Nothing matches these filters.", icon=":material/filter_alt_off:")
        st.button("Show everything", key="review-everything", on_click=reset)


def _turn(label: str, view: View, cursor: str | None, first: int, icon: str) -> None:
    st.button(
        label,
        key=f"review-{label.lower()}",
        icon=icon,
        disabled=cursor is None,
        on_click=open_page,
        args=(view, cursor, first),
    )


def _table_key(view: View) -> str:
    """Another filter or page is another table, with a selection of its own."""
    shown = f"{sorted(to_query(view.filter).items())} {view.cursor}"
    return f"review-table-{sha256(shown.encode()).hexdigest()[:16]}"


def _selection(ids: tuple[UUID, ...], row: UUID | None) -> DataframeStateInput:
    return {"selection": {"rows": [ids.index(row)] if row in ids else [], "cells": []}}


def _selected(view: View, key: str, ids: tuple[UUID, ...]) -> None:
    """A click anywhere in a row opens it; a second one on its mark closes it."""
    chosen = st.session_state[key].selection
    rows = [row for row, _ in chosen.cells] or chosen.rows
    open_row(view, ids[rows[0]] if rows else None)
