"""The review page's view as its address: the filter, the table's order and columns, the place in
it, the open row."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

import streamlit as st

from core.errors import Invalid
from core.permissions import Permission
from core.review.columns import columns_of
from core.review.filters import FILTER_NAMES, REPEATED, from_query, to_query
from core.review.types import FeedbackFilter, Sort
from ui.components.bundle import api_url
from ui.guard import require

_CURSOR = "page"
_ROW = "row"
_FIRST = "from"
_SORT, _COLUMNS, _QUEUE = "sort", "columns", "queue"
NEWEST = Sort.NEWEST.value
SORTS = {
    NEWEST: "newest first",
    Sort.OLDEST.value: "oldest first",
    Sort.WORST.value: "worst rating first",
    Sort.BEST.value: "best rating first",
    Sort.SLOWEST.value: "slowest run first",
}
"""The orders of the table, and how they are said."""


@dataclass(frozen=True)
class View:
    filter: FeedbackFilter
    cursor: str | None = None
    row: UUID | None = None
    first: int = 1
    """The number of the page's first row, counted from the first; a guide, not a fact."""
    sort: str = NEWEST
    columns: tuple[str, ...] | None = None
    """Names out of `core.review.columns.COLUMNS`; None: the usual ones."""
    queue: int | None = None
    """How many were open when the triage queue began; None: the table is shown instead."""


def view_in_address() -> View:
    """What the address says. Raises `Invalid` where it cannot be."""
    said = st.query_params.to_dict()
    row = said.get(_ROW)
    try:
        opened = UUID(row) if row else None
    except ValueError as error:
        raise Invalid("The address does not name a rating; reset the filters.") from error
    filter = from_query(
        {
            name: st.query_params.get_all(name) if name in REPEATED else said[name]
            for name in FILTER_NAMES
            if name in said
        }
    )
    first, queue = said.get(_FIRST, ""), said.get(_QUEUE, "")
    return View(
        filter,
        said.get(_CURSOR),
        opened,
        int(first) if first.isdecimal() else 1,
        _sort(said.get(_SORT, "")),
        columns_of(said[_COLUMNS]) if said.get(_COLUMNS) else None,
        int(queue) if queue.isdecimal() and opened else None,
    )


def _sort(said: str) -> str:
    if said and said not in SORTS:
        raise Invalid(
            f"There is no order “{said[:40]}”; use one of: {', '.join(SORTS)}.",
            facts={"field": _SORT, "allowed": list(SORTS)},
        )
    return said or NEWEST


def query_of(view: View) -> dict[str, str | list[str]]:
    """The view in the words of the address; what is as usual is left out."""
    places = {
        _SORT: view.sort if view.sort != NEWEST else None,
        _COLUMNS: ",".join(view.columns) if view.columns else None,
        _CURSOR: view.cursor,
        _ROW: str(view.row) if view.row else None,
        _FIRST: str(view.first) if view.cursor else None,
        _QUEUE: None if view.queue is None else str(view.queue),
    }
    return to_query(view.filter) | {name: place for name, place in places.items() if place}


def show_in_address(view: View) -> None:
    st.query_params.from_dict(query_of(view))


def open_view(view: View) -> None:
    """Callback: show exactly this."""
    require(Permission.REVIEW)
    show_in_address(view)


def open_row(view: View, row: UUID | None) -> None:
    """Callback: show this rating, or none, beside the table."""
    open_view(replace(view, row=row, queue=None))


def open_page(view: View, cursor: str | None, first: int) -> None:
    """Callback: turn to another page of the table, which begins with row number `first`."""
    require(Permission.REVIEW)
    show_in_address(replace(view, cursor=cursor, first=first, row=None))


def open_filter(view: View, filter: FeedbackFilter) -> None:
    """Callback: other rows, from the first page on, in the same order and columns."""
    require(Permission.REVIEW)
    show_in_address(_first_page(replace(view, filter=filter)))


def open_sorted(view: View, sort: str) -> None:
    """Callback: the same rows in another order, from the first page on."""
    require(Permission.REVIEW)
    show_in_address(_first_page(replace(view, sort=sort)))


def open_columns(view: View, columns: tuple[str, ...] | None) -> None:
    """Callback: the same page with other columns."""
    require(Permission.REVIEW)
    show_in_address(replace(view, columns=columns))


def _first_page(view: View) -> View:
    return replace(view, cursor=None, row=None, first=1, queue=None)


def reset() -> None:
    """Callback: no filter, first page; order and columns stay unless they cannot be."""
    require(Permission.REVIEW)
    try:
        view = view_in_address()
    except Invalid:
        view = View(FeedbackFilter())
    open_filter(view, FeedbackFilter())


def export_url(filter: FeedbackFilter) -> str:
    query = {"format": "csv", **to_query(filter)}
    return api_url(f"feedback/export?{urlencode(query, doseq=True)}")
