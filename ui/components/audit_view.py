"""The audit page's view as its address: the filter, the place in the list, the open entry."""

from dataclasses import dataclass, field, replace
from urllib.parse import urlencode
from uuid import UUID

import streamlit as st

from core.audit.filters import FILTER_NAMES, REPEATED, from_query, to_query
from core.audit.types import AuditFilter
from core.errors import Invalid
from core.permissions import Permission
from ui.components.bundle import api_url
from ui.guard import require

_CURSOR, _FIRST, _ENTRY = "page", "from", "entry"


@dataclass(frozen=True)
class View:
    """`first` is the number of the page's first entry, counted from the newest; a guide only."""

    filter: AuditFilter = field(default_factory=AuditFilter)
    cursor: str | None = None
    first: int = 1
    entry: UUID | None = None

    def filtered(self, **limits: object) -> "View":
        """The newest entries under the same filter but for these limits."""
        return View(replace(self.filter, **limits))  # type: ignore[arg-type]


def view_in_address() -> View:
    """What the address says. Raises `Invalid` where it cannot be."""
    said = st.query_params.to_dict()
    first, entry = said.get(_FIRST, ""), said.get(_ENTRY)
    try:
        opened = UUID(entry) if entry else None
    except ValueError as error:
        raise Invalid("The address does not name an entry; reset the filters.") from error
    asked = {
        name: st.query_params.get_all(name) if name in REPEATED else said[name]
        for name in FILTER_NAMES
        if name in said
    }
    number = int(first) if first.isascii() and first.isdecimal() else 1
    return View(from_query(asked), said.get(_CURSOR), number, opened)


def show_in_address(view: View) -> None:
    """Everything that is not as usual."""
    places = {
        _CURSOR: view.cursor,
        _FIRST: str(view.first) if view.cursor else None,
        _ENTRY: str(view.entry) if view.entry else None,
    }
    said = to_query(view.filter)
    said |= {name: place for name, place in places.items() if place}
    st.query_params.from_dict(said)


def show(view: View) -> None:
    """Callback: show this view."""
    require(Permission.VIEW_AUDIT)
    show_in_address(view)


def export_url(view: View) -> str:
    """Where the entries that match are handed out as a file."""
    query = urlencode(to_query(view.filter), doseq=True)
    return api_url(f"audit/export{'?' if query else ''}{query}")
