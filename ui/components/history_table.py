"""One's own runs as a table, a page at a time; ticked ones are opened, compared, downloaded."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

import streamlit as st

from core.runs.types import HistoryPage, RunStatus, RunSummary
from ui.components.bundle import api_url
from ui.components.history_view import View, show
from ui.components.page_buttons import page_buttons
from ui.navigation import spec
from ui.text import boxes, shortened

PAGE_SIZE = 25
_CELL_CHARS = 300
_THUMBNAIL_SIDE = 96
_HEIGHT, _ROW_HEIGHT, _HEAD, _FRAME = 620, 44, 35, 3


def runs_table(runs: Sequence[RunSummary]) -> tuple[RunSummary, ...]:
    """The rows. Returns the ticked ones, or where none is, the one of the cell clicked last."""
    chosen = st.dataframe(
        [_cells(run, picture) for run, picture in zip(runs, _pictures(runs), strict=True)],
        key=_key(runs),
        height=min(_HEIGHT, _ROW_HEIGHT * len(runs) + _HEAD + _FRAME),
        row_height=_ROW_HEIGHT,
        hide_index=True,
        placeholder="",
        on_select="rerun",
        selection_mode=["multi-row", "single-cell"],
        column_config={
            "Picture": st.column_config.ImageColumn(width=70),
            "Asked": st.column_config.TextColumn(width=270),
            "Run at": st.column_config.DatetimeColumn(
                format="YYYY-MM-DD HH:mm", timezone="UTC", width=148
            ),
            "Task": st.column_config.TextColumn(width=90),
            "Model": st.column_config.TextColumn(width=110),
            "Found": st.column_config.TextColumn(width=80),
            "Rating": st.column_config.NumberColumn(format="%d ★", width=65),
            "State": st.column_config.TextColumn(width=110),
            "Answer": st.column_config.TextColumn(
                width=200,
                help="What a reviewer said to your rating; all of it stands under the run",
            ),
        },
        alt="Your runs with what was asked and found, model, rating, state and answer",
    )
    selection = chosen["selection"]
    rows = selection["rows"] or [row for row, _ in selection["cells"]]
    return tuple(runs[row] for row in sorted(rows))


def turn_pages(view: View, page: HistoryPage) -> None:
    """The way to older runs and back to the newest; the browser's own Back leads page by page."""
    last = view.first + len(page.runs) - 1
    older = replace(view, cursor=page.next, first=last + 1, compared=None)
    ways = {
        "Newest": view.from_newest if view.cursor is not None else None,
        "Older": older if page.next is not None else None,
    }
    place = f"{view.first:,} to {last:,}, newest first; times are UTC."
    page_buttons("history", ways, show, place)


def nothing(view: View) -> None:
    """Why the list is empty, and what to do."""
    if view.cursor is not None:
        st.info("This page of the list is empty by now.", icon=":material/inbox:")
        st.button("Newest runs", key="history-newest", on_click=show, args=(view.from_newest,))
    elif view == View():
        st.info(
            "No runs yet. What you detect or write appears here, ready to be opened again.",
            icon=":material/inbox:",
        )
        with st.container(horizontal=True):
            for page in (spec("detection"), spec("generation")):
                st.page_link(page.page(), icon=f":material/{page.icon}:")
    else:
        st.info("Nothing matches these filters.", icon=":material/filter_alt_off:")
        st.button("Show all runs", key="history-everything", on_click=show, args=(View(),))


def _cells(run: RunSummary, picture: str | None) -> dict[str, object]:
    return {
        "Picture": picture,
        "Asked": _asked(run),
        "Run at": run.created_at,
        "Task": str(run.task),
        "Model": run.model,
        "Found": None if run.boxes is None or run.erased_at else boxes(run.boxes),
        "Rating": run.rating,
        "State": _state(run),
        "Answer": shortened(run.answer, _CELL_CHARS) if run.answer else None,
    }


def _asked(run: RunSummary) -> str:
    if run.erased_at is None:
        return shortened(run.prompt, _CELL_CHARS)
    return f"Removed on {run.erased_at:%Y-%m-%d}"


def _state(run: RunSummary) -> str:
    """As in “failed”; a run answered from an earlier one, or made from one, says so."""
    if run.cached and run.status is RunStatus.DONE:
        return "done, reused"
    return f"{run.status}, {run.relation}" if run.relation else str(run.status)


def _pictures(runs: Sequence[RunSummary]) -> list[str | None]:
    """Addresses of small pictures: one for equal pictures, so that it is fetched once."""
    first: dict[str, UUID] = {}
    addresses: list[str | None] = []
    for run in runs:
        if run.image_sha256 is None:
            addresses.append(None)
            continue
        known = first.setdefault(run.image_sha256, run.id)
        addresses.append(api_url(f"runs/{known}/image?max_side={_THUMBNAIL_SIDE}"))
    return addresses


def _key(runs: Sequence[RunSummary]) -> str:
    """Other rows are another table: a tick must never pass to another run."""
    ids = " ".join(str(run.id) for run in runs)
    return f"history-table-{sha256(ids.encode()).hexdigest()[:16]}"
