"""The review page's view as its address: filter, order and columns, or the saved view that has
them; the place in the table, the open row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import urlencode
from uuid import UUID

import streamlit as st

from core.errors import GlimpseError, Invalid
from core.permissions import Permission
from core.review.columns import columns_of
from core.review.filters import FILTER_NAMES, REPEATED, from_query, to_query
from core.review.saved_views import SavedView
from core.review.types import FeedbackFilter, Sort
from ui.components.bundle import api_url
from ui.guard import require
from ui.resources import workbench

_CURSOR = "page"
_ROW = "row"
_FIRST = "from"
_SORT, _COLUMNS, _QUEUE, _SAVED = "sort", "columns", "queue", "view"
SORTS: Mapping[Sort, str] = MappingProxyType(
    {
        Sort.NEWEST: "newest first",
        Sort.OLDEST: "oldest first",
        Sort.WORST: "worst rating first",
        Sort.BEST: "best rating first",
        Sort.SLOWEST: "slowest run first",
    }
)
"""The orders of the table, and how they are said."""


@dataclass(frozen=True)
class View:
    filter: FeedbackFilter
    cursor: str | None = None
    row: UUID | None = None
    first: int = 1
    """The number of the page's first row, counted from the first; a guide, not a fact."""
    sort: Sort = Sort.NEWEST
    columns: tuple[str, ...] | None = None
    """Names out of `core.review.columns.COLUMNS`; None: the usual ones."""
    queue: int | None = None
    """How many were open when the triage queue began; None: the table is shown instead."""
    saved: SavedView | None = None
    """The saved view that the address names, as long as nothing of it is changed."""

    @property
    def changed(self) -> bool:
        """Whether it is not, or not any more, what a saved view says."""
        saved = self.saved
        return saved is None or (saved.filter, saved.sort, saved.columns) != (
            *(self.filter, self.sort, self.columns),
        )


def view_in_address() -> View:
    """What the address says. Raises `Invalid` where it cannot be."""
    said = st.query_params.to_dict()
    row = said.get(_ROW)
    try:
        opened = UUID(row) if row else None
    except ValueError as error:
        raise Invalid("The address does not name a rating; reset the filters.") from error
    first, queue = said.get(_FIRST, ""), said.get(_QUEUE, "")
    filter, sort, columns, saved = _asked(said)
    return View(
        filter,
        said.get(_CURSOR),
        opened,
        int(first) if first.isdecimal() else 1,
        sort,
        columns,
        int(queue) if queue.isdecimal() and opened else None,
        saved,
    )


def _asked(
    said: Mapping[str, str],
) -> tuple[FeedbackFilter, Sort, tuple[str, ...] | None, SavedView | None]:
    """Filter, order and columns, as the address says them or a saved view that it names."""
    if said.get(_SAVED):
        saved = _saved(said)
        return saved.filter, saved.sort, saved.columns, saved
    filter = from_query(
        {
            name: st.query_params.get_all(name) if name in REPEATED else said[name]
            for name in FILTER_NAMES
            if name in said
        }
    )
    columns = columns_of(said[_COLUMNS]) if said.get(_COLUMNS) else None
    return filter, _sort(said.get(_SORT, "")), columns, None


def _saved(said: Mapping[str, str]) -> SavedView:
    if set(said) & {*FILTER_NAMES, _SORT, _COLUMNS}:
        raise Invalid("The address names a saved view and filters as well; keep one of them.")
    try:
        view_id = UUID(said[_SAVED])
    except ValueError as error:
        raise Invalid("The address does not name a saved view; reset the filters.") from error
    return workbench().views.get(require(Permission.REVIEW), view_id)


def _sort(said: str) -> Sort:
    if said and said not in set(Sort):
        raise Invalid(
            f"There is no order “{said[:40]}”; use one of: {', '.join(SORTS)}.",
            facts={"field": _SORT, "allowed": list(SORTS)},
        )
    return Sort(said) if said else Sort.NEWEST


def query_of(view: View) -> dict[str, str | list[str]]:
    """The view in the words of the address; what is as usual is left out."""
    saved = None if view.changed else view.saved
    asked: dict[str, str | list[str]] = {_SAVED: str(saved.id)} if saved else to_query(view.filter)
    places = {
        _SORT: str(view.sort) if view.sort is not Sort.NEWEST and not saved else None,
        _COLUMNS: ",".join(view.columns) if view.columns and not saved else None,
        _CURSOR: view.cursor,
        _ROW: str(view.row) if view.row else None,
        _FIRST: str(view.first) if view.cursor else None,
        _QUEUE: None if view.queue is None else str(view.queue),
    }
    return asked | {name: place for name, place in places.items() if place}


def show_in_address(view: View) -> None:
    st.query_params.from_dict(query_of(view))


def open_view(view: View) -> None:
    """Callback: show exactly this."""
    require(Permission.REVIEW)
    show_in_address(view)


def open_row(view: View, row: UUID | None) -> None:
    """Callback: show this rating, or none, beside the table."""
    open_view(replace(view, row=row, queue=None))


def open_filter(view: View, filter: FeedbackFilter) -> None:
    """Callback: other rows, from the first page on, in the same order and columns."""
    require(Permission.REVIEW)
    show_in_address(_first_page(replace(view, filter=filter)))


def open_sorted(view: View, sort: Sort) -> None:
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
    except GlimpseError:
        view = View(FeedbackFilter())
    open_filter(view, FeedbackFilter())


def export_url(
    view: View, kind: str, columns: Sequence[str] | None = None, *, images: bool = False
) -> str:
    """Where a file of the view's ratings is: `csv`, `coco` or `evidence`."""
    query: dict[str, str | list[str]] = {"format": kind, **to_query(view.filter)}
    if columns is not None:
        query["columns"] = ",".join(columns)
    if images:
        query["images"] = "yes"
    return api_url(f"feedback/export?{urlencode(query, doseq=True)}")


def report_url(view: View, exporter: str) -> str:
    """Where an exporter's file of what the page shows is, its rows in the table's order."""
    query = {"format": exporter, "sort": str(view.sort), **to_query(view.filter)}
    return api_url(f"feedback/export?{urlencode(query, doseq=True)}")
