"""What came of an open job: as a gallery or as a table, a page at a time."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from core.jobs.result_types import JobResult, Listed, ResultPage
from core.jobs.types import ItemState, Job, JobKind
from core.permissions import Actor
from ui.components.batch_gallery import gallery
from ui.components.batch_view import Layout, View, show
from ui.components.batch_words import result_words, state_of
from ui.resources import workbench

_SIZES = {Layout.GALLERY: 48, Layout.TABLE: 200}
_HEIGHT, _ROW_HEIGHT, _FRAME = 620, 35, 3
_LISTED_KEY, _LAYOUT_KEY = "batch-listed", "batch-layout"
_OPEN = "\u2007"
"""The head of the column that marks the open row: a blank, as each head must be another."""
_LISTS = {
    Listed.ALL: "All",
    Listed.FAILED: "Failed",
    Listed.NOTHING: "No boxes",
    Listed.MOST: "Most boxes",
}
_EMPTY = {
    Listed.FAILED: "Nothing failed so far.",
    Listed.NOTHING: "There is no picture in which nothing was found so far.",
    Listed.MOST: "No picture is done yet; they appear here as they are.",
}


def results(actor: Actor, job: Job, view: View) -> None:
    """Raises as `JobResultService.page`."""
    layout = view.layout if job.kind is JobKind.DETECT else Layout.TABLE
    size = _SIZES[layout]
    page = workbench().job_results.page(actor, job.id, view.listed, view.sheet, size)
    _lists(job, view, page)
    if not page.results:
        st.info(_EMPTY.get(view.listed, "This page is empty by now."), icon=":material/inbox:")
    elif layout is Layout.GALLERY:
        gallery(
            page.results,
            view.item,
            key=f"batch-gallery-{job.id}",
            on_pick=lambda at: show(replace(view, item=at)),
        )
    else:
        _table(job, view, page.results)
    _sheets(view, page, size)


def layout_choice(job: Job, view: View) -> None:
    """Nothing for texts, which have no gallery."""
    if job.kind is not JobKind.DETECT:
        return
    st.session_state[_LAYOUT_KEY] = view.layout
    st.segmented_control(
        "As",
        list(Layout),
        key=_LAYOUT_KEY,
        format_func=str.capitalize,
        label_visibility="collapsed",
        required=True,
        on_change=_choose_layout,
        args=(view,),
    )


def _choose_layout(view: View) -> None:
    show(replace(view, layout=Layout(st.session_state[_LAYOUT_KEY]), sheet=1))


def _lists(job: Job, view: View, page: ResultPage) -> None:
    lists = list(_LISTS) if job.kind is JobKind.DETECT else [Listed.ALL, Listed.FAILED]
    st.session_state[_LISTED_KEY] = view.listed
    st.segmented_control(
        "Show",
        lists,
        key=_LISTED_KEY,
        format_func=lambda each: f"{_LISTS[each]} ({page.counts[each]:,})",
        label_visibility="collapsed",
        required=True,
        wrap=True,
        on_change=_choose_list,
        args=(view,),
    )


def _choose_list(view: View) -> None:
    show(replace(view, listed=Listed(st.session_state[_LISTED_KEY]), sheet=1))


def _table(job: Job, view: View, rows: Sequence[JobResult]) -> None:
    key = f"batch-results-{job.id}-{view.listed}-{view.sheet}"
    positions = tuple(row.item.position for row in rows)
    st.dataframe(
        [{_OPEN: "▸" if row.item.position == view.item else ""} | _cells(job, row) for row in rows],
        key=key,
        height=min(_HEIGHT, _ROW_HEIGHT * (len(rows) + 1) + _FRAME),
        hide_index=True,
        placeholder="",
        on_select=partial(_selected, view, key, positions),
        selection_mode=["single-row", "single-cell"],
        column_config={
            _OPEN: st.column_config.TextColumn(width=30),
            "#": st.column_config.NumberColumn(width=45),
            "Name": st.column_config.TextColumn(width=170),
            "Prompt": st.column_config.TextColumn(width=260),
            "Boxes": st.column_config.NumberColumn(width=65),
            "Found": st.column_config.TextColumn(width=260),
            "Text": st.column_config.TextColumn(width=320),
            "Tokens": st.column_config.NumberColumn(width=70, format="localized"),
            "ms": st.column_config.NumberColumn(
                width=70, format="localized", help="How long it took, in milliseconds"
            ),
            "Rating": st.column_config.NumberColumn(format="%d ★", width=70, help="Your own"),
            "State": st.column_config.TextColumn(width=110),
        },
        alt="The results of this job, one line for each item",
    )


def _cells(job: Job, row: JobResult) -> dict[str, object]:
    done = row.item.state is ItemState.DONE
    cells: dict[str, object] = {"#": row.item.position + 1}
    if job.kind is JobKind.DETECT:
        cells |= {"Name": row.item.name, "Boxes": row.boxes if done else None}
        cells |= {"Found": result_words(row)}
    else:
        cells |= {"Prompt": row.item.prompt, "Text": result_words(row), "Tokens": row.tokens}
    return cells | {"ms": row.latency_ms, "Rating": row.rating, "State": state_of(row)}


def _selected(view: View, key: str, positions: Sequence[int]) -> None:
    """A click anywhere in a row opens it."""
    selection = st.session_state[key].selection
    rows = [row for row, _ in selection.cells] or selection.rows
    if rows and positions[rows[0]] != view.item:
        show(replace(view, item=positions[rows[0]]))


def _sheets(view: View, page: ResultPage, size: int) -> None:
    """Nothing where all fit on one page."""
    count = page.counts[view.listed]
    sheets = -(-count // size)
    if sheets < 2:
        return
    key = "batch-sheet"
    st.session_state[key] = min(view.sheet, sheets)
    st.pagination(sheets, key=key, on_change=_turn, args=(view, key))


def _turn(view: View, key: str) -> None:
    show(replace(view, sheet=int(st.session_state[key]), item=None))
