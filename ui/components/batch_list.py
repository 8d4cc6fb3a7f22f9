"""One's own jobs, newest first; a click opens one."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from uuid import UUID

import streamlit as st

from core.jobs.types import Job, JobKind, JobPage
from core.permissions import Permission
from ui.components.batch_view import View, show, view_in_address
from ui.components.batch_words import state_words, took
from ui.components.page_buttons import page_buttons
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.text import ago

PAGE_SIZE = 25
_LOOK_AGAIN_S = 2
_HEIGHT, _ROW_HEIGHT, _FRAME = 620, 35, 3
_KINDS = {JobKind.DETECT: "detection", JobKind.GENERATE: "text"}


def batch_list(view: View) -> None:
    """Looks again by itself while one of them is not at its end."""
    working = False
    with shown():
        page = _page(view)
        working = any(not job.state.ended for job in page.jobs)
    st.fragment(_list, run_every=_LOOK_AGAIN_S if working else None)(view, working)


def _list(view: View, working: bool) -> None:
    require(Permission.BATCH)
    with shown():
        if view_in_address() != view:
            st.rerun()
        page = _page(view)
        if working and all(job.state.ended for job in page.jobs):
            st.rerun()
        if page.jobs:
            _table(view, page.jobs)
            _turn_pages(view, page)
        else:
            _nothing(view)


def _page(view: View) -> JobPage:
    return workbench().jobs.listed(require(Permission.BATCH), cursor=view.cursor, limit=PAGE_SIZE)


def _table(view: View, jobs: Sequence[Job]) -> None:
    ids = tuple(job.id for job in jobs)
    key = _key(ids)
    st.dataframe(
        [_cells(job) for job in jobs],
        key=key,
        height=min(_HEIGHT, _ROW_HEIGHT * (len(ids) + 1) + _FRAME),
        hide_index=True,
        placeholder="",
        on_select=partial(_selected, view, key, ids),
        selection_mode=["single-row", "single-cell"],
        column_config={
            "Name": st.column_config.TextColumn(width=150),
            "State": st.column_config.TextColumn(width=135),
            "Done": st.column_config.ProgressColumn(
                width=95, format="percent", min_value=0.0, max_value=1.0
            ),
            "Items": st.column_config.NumberColumn(width=50, format="localized"),
            "Begun": st.column_config.TextColumn(width=85),
            "Took": st.column_config.TextColumn(width=80),
            "Kind": st.column_config.TextColumn(width=80),
        },
        alt="Your jobs with state, progress, number of items, begin, duration and kind",
    )


def _cells(job: Job) -> dict[str, object]:
    return {
        "Name": job.name,
        "State": state_words(job),
        "Done": job.progress.share,
        "Items": job.progress.total,
        "Begun": ago(job.started_at) if job.started_at else "not yet",
        "Took": took(job),
        "Kind": _KINDS[job.kind],
    }


def _turn_pages(view: View, page: JobPage) -> None:
    last = view.first + len(page.jobs) - 1
    ways = {
        "Newest": View(new=view.new) if view.cursor is not None else None,
        "Older": replace(view, cursor=page.next, first=last + 1) if page.next is not None else None,
    }
    place = f"{view.first:,} to {last:,}, newest first. A click opens one."
    page_buttons("batch", ways, show, place)


def _nothing(view: View) -> None:
    if view.cursor is not None:
        st.info("This page of the list is empty by now.", icon=":material/inbox:")
        st.button("Newest jobs", on_click=show, args=(View(new=view.new),))
        return
    with st.container(border=True, height=280):
        st.markdown("**No jobs yet**")
        st.caption(
            "Choose many pictures, or a CSV file of prompts, say what is to be done, and press "
            "Run. They are worked off one after the other, also while this page is closed; how "
            "far each job has come stands here."
        )


def _key(ids: Sequence[UUID]) -> str:
    """Other rows are another table: a click must never pass to another job."""
    return f"batch-table-{sha256(repr(ids).encode()).hexdigest()[:16]}"


def _selected(view: View, key: str, ids: Sequence[UUID]) -> None:
    selection = st.session_state[key].selection
    rows = [row for row, _ in selection.cells] or selection.rows
    if rows:
        show(view.opened(ids[rows[0]]))
