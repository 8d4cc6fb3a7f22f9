"""The history page's view as its address: the filter, the place in the list, the comparison."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

import streamlit as st

from core.errors import Invalid
from core.permissions import Permission
from core.review.filters import FIRST_DAY, LAST_DAY
from core.runs.types import HistoryFilter, RunStatus, Task
from ui.guard import require


@dataclass(frozen=True)
class View:
    """`since` and `until` are whole days in UTC, both included; `picture` is a SHA-256 in hex.

    `first` is the number of the list's first run, counted from the newest; a guide, not a fact.
    """

    text: str | None = None
    task: Task | None = None
    model: str | None = None
    status: RunStatus | None = None
    rated: bool | None = None
    since: date | None = None
    until: date | None = None
    picture: str | None = None
    cursor: str | None = None
    first: int = 1
    compared: tuple[UUID, UUID] | None = None

    @property
    def filter(self) -> HistoryFilter:
        return HistoryFilter(
            text=self.text or "",
            task=self.task,
            model=self.model,
            status=self.status,
            rated=self.rated,
            since=_start(self.since),
            until=_start(self.until and self.until + timedelta(days=1)),
            image_sha256=self.picture,
        )

    @property
    def from_newest(self) -> "View":
        """The same filter at its first page."""
        return replace(self, cursor=None, first=1, compared=None)


_NAMES = MappingProxyType({"cursor": "page", "first": "from", "compared": "compare"})
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
    st.query_params.from_dict(
        {_named(name): _text(value) for name, value, usual in parts if value != usual}
    )


def show(view: View) -> None:
    """Callback: show this view."""
    require(Permission.HISTORY)
    show_in_address(view)


def _named(field: str) -> str:
    return _NAMES.get(field, field)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(value)


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, UTC) if day else None


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError
    return day


def _two_runs(text: str) -> tuple[UUID, UUID]:
    one, other = map(UUID, text.split())
    return one, other


def _reader(what: str, read: Callable[[str], Any]) -> Callable[[str], Any]:
    def checked(text: str) -> Any:
        try:
            return read(text)
        except (ValueError, KeyError) as error:
            raise Invalid(
                f"The address does not name {what}; show all runs and filter anew."
            ) from error

    return checked


_READERS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "text": str,
        "task": _reader("a task", Task),
        "model": str,
        "status": _reader("a state of runs", RunStatus),
        "rated": _reader("rated or unrated runs", {"yes": True, "no": False}.__getitem__),
        "since": _reader("a day to begin with", _day),
        "until": _reader("a day to end with", _day),
        "picture": str,
        "cursor": str,
        "first": _reader("a place in the list", int),
        "compared": _reader("two runs to compare", _two_runs),
    }
)
