"""The users page as its address: whom it lists, in which order, and what stands beside the list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

import streamlit as st

from core.accounts.people_types import PeopleFilter, PeopleOrder
from core.accounts.types import UserState
from core.errors import Invalid
from core.permissions import Permission, Role
from ui.guard import require


class Show(StrEnum):
    """What stands beside the list, where it is nobody of it."""

    NEW = "new"
    FILE = "file"


@dataclass(frozen=True)
class View:
    """`first` is the number of the page's first row; a guide, not a fact."""

    text: str = ""
    role: Role | None = None
    state: UserState | None = None
    order: PeopleOrder = PeopleOrder.NAME
    cursor: str | None = None
    first: int = 1
    user: UUID | None = None
    show: Show | None = None

    @property
    def filter(self) -> PeopleFilter:
        return PeopleFilter(self.text, self.role, self.state)

    @property
    def first_page(self) -> "View":
        return replace(self, cursor=None, first=1)

    def beside(self, user: UUID | None = None, show: Show | None = None) -> "View":
        """The same list with somebody, or something, else beside it."""
        return replace(self, user=user, show=show)


_USUAL = View()
_NAMES = MappingProxyType({"cursor": "page", "first": "from"})
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
    parts = {field.name: getattr(view, field.name) for field in fields(View)}
    st.query_params.from_dict(
        {_named(name): str(v) for name, v in parts.items() if v != getattr(_USUAL, name)}
    )


def show(view: View) -> None:
    """Callback: show this view."""
    require(Permission.MANAGE_USERS)
    show_in_address(view)


def _named(field: str) -> str:
    return _NAMES.get(field, field)


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
        "text": str,
        "role": _reader("a role", Role),
        "state": _reader("a state of users", UserState),
        "order": _reader("an order", PeopleOrder),
        "cursor": str,
        "first": _reader("a place in the list", int),
        "user": _reader("a user", UUID),
        "show": _reader("what to show", Show),
    }
)
