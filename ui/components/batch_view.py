"""The batch page as its address: what is to be made, which job is open, and what is seen of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

import streamlit as st

from core.errors import Invalid
from core.jobs.result_types import Listed
from core.jobs.types import JobKind
from core.permissions import Permission
from ui.guard import require


class Layout(StrEnum):
    GALLERY = "gallery"
    TABLE = "table"


@dataclass(frozen=True)
class View:
    """`first` is the number of the list's first job, counted from the newest; a guide only.

    `sheet` is the page of the open job's results, from 1; `item` the one shown beside them.
    """

    new: JobKind = JobKind.DETECT
    cursor: str | None = None
    first: int = 1
    job: UUID | None = None
    listed: Listed = Listed.ALL
    layout: Layout = Layout.GALLERY
    sheet: int = 1
    item: int | None = None

    def opened(self, job: UUID | None) -> "View":
        """The same list, with another job open, or none."""
        return View(new=self.new, cursor=self.cursor, first=self.first, job=job)


_NAMES = MappingProxyType({"cursor": "page", "first": "from", "listed": "show", "layout": "as"})
"""What the address calls a part, where it is not called as here."""


def view_in_address() -> View:
    """What the address says. Raises `Invalid` where it cannot be."""
    said = st.query_params.to_dict()
    return View(
        **{
            field.name: _READERS[field.name](text)
            for field in fields(View)
            if (text := said.get(_named(field.name), "").strip())
        }
    )


def show_in_address(view: View) -> None:
    """Everything that is not as usual."""
    parts = ((field.name, getattr(view, field.name), field.default) for field in fields(View))
    wanted = {_named(name): str(value) for name, value, usual in parts if value != usual}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def show(view: View) -> None:
    """Callback: show this view."""
    require(Permission.BATCH)
    show_in_address(view)


def _named(field: str) -> str:
    return _NAMES.get(field, field)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ValueError
    return int(text)


def _from_one(text: str) -> int:
    return max(1, _number(text))


def _reader(what: str, read: Callable[[str], Any]) -> Callable[[str], Any]:
    def checked(text: str) -> Any:
        try:
            return read(text)
        except ValueError as error:
            raise Invalid(
                f"The address does not name {what}; open this page from the menu."
            ) from error

    return checked


_READERS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "new": _reader("a kind of job", JobKind),
        "cursor": str,
        "first": _reader("a place in the list", _from_one),
        "job": _reader("a job", UUID),
        "listed": _reader("which results to show", Listed),
        "layout": _reader("how to show results", Layout),
        "sheet": _reader("a page of results", _from_one),
        "item": _reader("a result", _number),
    }
)
