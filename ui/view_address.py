"""A page's view as its address: each part that is not as usual, by its name."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

import streamlit as st

from core.errors import Invalid

_View = TypeVar("_View")


class Part(NamedTuple):
    """A field of a view: what it is, in words, what reads it, and its name in the address.

    `read` raises `ValueError` or `KeyError` for a text that cannot be. Without a name of its own
    it is called as in the view.
    """

    what: str = "a text"
    read: Callable[[str], Any] = str
    name: str = ""


class ViewAddress(Generic[_View]):
    """Reads a view, a frozen dataclass whose fields all have a usual value, and writes it back."""

    def __init__(self, view: Callable[..., _View], parts: Mapping[str, Part], advice: str) -> None:
        """`parts` are by the names of the fields; `advice` ends the sentence of a refusal."""
        self._view = view
        self._usual = vars(view())
        self._parts = MappingProxyType(
            {field: part._replace(name=part.name or field) for field, part in parts.items()}
        )
        self._advice = advice

    def read(self) -> _View:
        """What the address says. Raises `Invalid` where it cannot be."""
        said = st.query_params.to_dict()
        return self._view(
            **{
                field: self._value(part, text)
                for field, part in self._parts.items()
                if (text := said.get(part.name, "").strip())
            }
        )

    def write(self, view: _View) -> None:
        """Let the address say everything that is not as usual, and nothing else."""
        wanted = {
            self._parts[field].name: _text(value)
            for field, value in vars(view).items()
            if value != self._usual[field]
        }
        if st.query_params.to_dict() != wanted:
            st.query_params.from_dict(wanted)

    def _value(self, part: Part, text: str) -> object:
        try:
            return part.read(text)
        except (ValueError, KeyError) as error:
            raise Invalid(f"The address does not name {part.what}; {self._advice}.") from error


def number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ValueError
    return int(text)


def from_one(text: str) -> int:
    return max(1, number(text))


def flag(text: str) -> bool:
    return {"yes": True, "no": False}[text]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(value)
