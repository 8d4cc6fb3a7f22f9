"""The ratings as a table, a page at a time; one row opens beside it, ticked ones change at once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from uuid import UUID

import streamlit as st

from core.review.filters import to_query
from core.review.types import FeedbackFilter, FeedbackPage, Total
from ui.components.page_buttons import page_buttons
from ui.components.review_columns import columns_of
from ui.components.review_view import SORTS, View, open_row, open_view, reset

PAGE_SIZE = 25
_HEIGHT, _ROW_HEIGHT, _FRAME = 560, 35, 3
_OPEN = "\u2007"
"""The head of the column that marks the open row: a blank, as each head must be another."""


def feedback_table(view: View, page: FeedbackPage, total: Total) -> None:
    """The page's rows, the way to its neighbours, and how many rows match in all."""
    if not page.rows:
        _nothing(view)
        return
    ids = tuple(row.feedback.id for row in page.rows)
    key = _table_key(view, ids)
    _let_go(key)
    columns = columns_of(view)
    st.dataframe(
        [
            {_OPEN: "▸" if id == view.row else ""}
            | {column.label: column.cell(row) for column in columns.values()}
            if view.row in ids
            else {column.label: column.cell(row) for column in columns.values()}
            for id, row in zip(ids, page.rows, strict=True)
        ],
        key=key,
        height=min(_HEIGHT, _ROW_HEIGHT * (len(ids) + 1) + _FRAME),
        hide_index=True,
        placeholder="",
        on_select=partial(_selected, view, key, ids),
        selection_mode=["multi-row", "single-cell"],
        column_config={_OPEN: st.column_config.TextColumn(width=30)}
        | {column.label: column.config for column in columns.values()},
        alt="Ratings with what was said and what came of it",
    )
    newer, older = max(1, view.first - PAGE_SIZE), view.first + len(ids)
    ways = {
        "Newer": _page(view, page.previous_cursor, newer) if page.previous_cursor else None,
        "Older": _page(view, page.next_cursor, older) if page.next_cursor else None,
    }
    page_buttons("review", ways, open_view, _place(view, len(ids), total))


def ticked(view: View, page: FeedbackPage) -> Mapping[UUID, datetime]:
    """The ratings ticked in the table, each with the moment it was changed last."""
    ids = tuple(row.feedback.id for row in page.rows)
    state = st.session_state.get(_table_key(view, ids))
    rows = state.selection.rows if state else []
    seen = (page.rows[row].feedback for row in rows if row < len(ids))
    return {feedback.id: feedback.updated_at for feedback in seen}


def _place(view: View, rows: int, total: Total) -> str:
    last = view.first + rows - 1
    rest = "" if view.row else " A click on a row opens it; ticks choose several."
    return (
        f"{view.first:,} to {last:,} of {total} ratings, {SORTS[view.sort]}; times are UTC.{rest}"
    )


def _nothing(view: View) -> None:
    if view.cursor is not None:
        st.info("This page of the table is empty by now.", icon=":material/inbox:")
        newest = _page(view, None, 1)
        st.button("First page", key="review-newest", on_click=open_view, args=(newest,))
    elif view.filter == FeedbackFilter():
        st.info(
            "No feedback yet: ratings given under a result appear here.", icon=":material/inbox:"
        )
    else:
        st.info("Nothing matches these filters.", icon=":material/filter_alt_off:")
        st.button("Show everything", key="review-everything", on_click=reset)


def _page(view: View, cursor: str | None, first: int) -> View:
    """Another page of the table, which begins with row number `first`."""
    return replace(view, cursor=cursor, first=first, row=None)


def _table_key(view: View, ids: tuple[UUID, ...]) -> str:
    """Other rows are another table: a tick must never pass to another rating."""
    shown = f"{sorted(to_query(view.filter).items())} {view.cursor} {' '.join(map(str, ids))}"
    return f"review-table-{sha256(shown.encode()).hexdigest()[:16]}"


def _let_go(key: str) -> None:
    """Forget the cell that was clicked, so that it can be clicked again; ticks stay."""
    state = st.session_state.get(key)
    if state and state.selection.cells:
        rows = list(state.selection.rows)
        st.session_state[key] = {"selection": {"rows": rows, "cells": []}}


def _selected(view: View, key: str, ids: tuple[UUID, ...]) -> None:
    """A click into a row opens it; a tick does not."""
    cells = st.session_state[key].selection.cells
    if cells:
        open_row(view, ids[cells[0][0]])
