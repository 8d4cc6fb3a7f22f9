"""The row under a table shown a page at a time: the ways to other pages, and where one is."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

import streamlit as st

_View = TypeVar("_View")
_ICONS = MappingProxyType(
    {
        "Newest": "first_page",
        "First page": "first_page",
        "Newer": "chevron_left",
        "Older": "chevron_right",
        "Next": "chevron_right",
    }
)


def page_buttons(
    area: str,
    ways: Mapping[str, _View | None],
    show: Callable[[_View], None],
    caption: str,
) -> None:
    """`ways` are the views that `show` opens, by their words; None: from here there is no such."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for words, view in ways.items():
            st.button(
                words,
                key=f"{area}-{words.split()[0].lower()}",
                icon=f":material/{_ICONS[words]}:",
                disabled=view is None,
                on_click=show,
                args=(view,),
            )
        st.caption(caption)
