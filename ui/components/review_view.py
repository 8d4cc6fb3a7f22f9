"""The review page's view as its address: the filter, the place in the table, the open row."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

import streamlit as st

from core.errors import Invalid
from core.permissions import Permission
from core.review.filters import FILTER_NAMES, REPEATED, from_query, to_query
from core.review.types import FeedbackFilter
from ui.components.bundle import api_url
from ui.guard import require

_CURSOR = "page"
_ROW = "row"
_FIRST = "from"


@dataclass(frozen=True)
class View:
    filter: FeedbackFilter
    cursor: str | None = None
    row: UUID | None = None
    first: int = 1
    """The number of the page's first row, counted from the newest; a guide, not a fact."""


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
    first = said.get(_FIRST, "")
    return View(filter, said.get(_CURSOR), opened, int(first) if first.isdecimal() else 1)


def show_in_address(view: View) -> None:
    places = {
        _CURSOR: view.cursor,
        _ROW: str(view.row) if view.row else None,
        _FIRST: str(view.first) if view.cursor else None,
    }
    st.query_params.from_dict(
        to_query(view.filter) | {name: place for name, place in places.items() if place}
    )


def open_row(view: View, row: UUID | None) -> None:
    """Callback: show this rating, or none."""
    require(Permission.REVIEW)
    show_in_address(replace(view, row=row))


def open_page(view: View, cursor: str | None, first: int) -> None:
    """Callback: turn to another page of the table, which begins with row number `first`."""
    require(Permission.REVIEW)
    show_in_address(View(view.filter, cursor, first=first))


def reset() -> None:
    """Callback: no filter, first page."""
    require(Permission.REVIEW)
    show_in_address(View(FeedbackFilter()))


def export_url(filter: FeedbackFilter) -> str:
    query = {"format": "csv", **to_query(filter)}
    return api_url(f"feedback/export?{urlencode(query, doseq=True)}")
