"""Widgets of single limits: each shows what the address says and writes its change into it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from core.permissions import Permission
from core.review.filters import FILTER_NAMES, FIRST_DAY, LAST_DAY, RANGES, REPEATED, checked
from core.review.periods import moved
from core.review.types import FeedbackFilter
from ui.components.review_view import View, open_filter
from ui.errors import shown
from ui.guard import require

KEY = "review-"


def follow(filter: FeedbackFilter) -> None:
    """Let every widget show what the address says."""
    for name in FILTER_NAMES:
        value = getattr(filter, name)
        st.session_state[f"{KEY}{name}"] = list(value) if name in REPEATED else value


def choice(
    view: View,
    label: str,
    name: str,
    options: list[Any],
    *,
    width: int | None = None,
    words: Mapping[Any, str] | None = None,
    placeholder: str = "all",
    new: bool = False,
    help: str | None = None,
) -> None:
    """One of the options, or none; with `new` also any other text."""
    st.selectbox(
        label,
        options,
        index=None,
        format_func=(lambda option: words[option]) if words else str,
        placeholder=placeholder,
        key=f"{KEY}{name}",
        width=width or "stretch",
        accept_new_options=new,
        help=help,
        on_change=changed,
        args=(view, name),
    )


def number(view: View, label: str, name: str, step: float) -> None:
    """A number, or none; whole ones where `step` is."""
    low, high = (type(step)(limit) for limit in RANGES[name])
    st.number_input(
        label,
        min_value=low,
        max_value=high,
        value=None,
        step=step,
        format="%d" if isinstance(step, int) else "%.2f",
        placeholder="any",
        key=f"{KEY}{name}",
        on_change=changed,
        args=(view, name),
    )


def day(view: View, label: str, name: str, width: int | None = None) -> None:
    st.date_input(
        label,
        value=None,
        min_value=FIRST_DAY,
        max_value=LAST_DAY,
        format="YYYY-MM-DD",
        key=f"{KEY}{name}",
        width=width or "stretch",
        on_change=changed,
        args=(view, name),
    )


def changed(view: View, name: str) -> None:
    """Callback: this one limit is another now."""
    require(Permission.REVIEW)
    value: Any = st.session_state[f"{KEY}{name}"]
    if isinstance(value, str):
        value = value.strip() or None
    with shown():
        if name in {"since", "until"}:
            days: dict[str, date | None] = {"since": view.filter.since, "until": view.filter.until}
            chosen = moved(view.filter, **(days | {name: value}))
        else:
            value = tuple(value) if name in REPEATED else value
            chosen = replace(view.filter, **{name: value})
        open_filter(view, checked(chosen))


def with_wanted(offered: tuple[str, ...], wanted: str | None) -> list[str]:
    """What is offered, and what the address names though it is not."""
    return list(dict.fromkeys([*offered, wanted] if wanted else offered))
