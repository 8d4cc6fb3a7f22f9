"""What the quality page shows, as its address: the one filter, and the precision that is wanted."""

from dataclasses import replace
from math import isfinite

import streamlit as st

from core.errors import Invalid
from core.permissions import Permission
from core.quality.types import WANTED_PRECISION
from core.review.types import FeedbackFilter
from ui.components.review_view import View, open_filter
from ui.guard import require
from ui.session import session

_PRECISION = "precision"
_KEY = "quality-precision"
_LOWEST = 0.5


def wanted_precision() -> float:
    """A slider whose place is in the address, as long as it is not the usual one.

    Raises `Invalid` for an address that says what cannot be.
    """
    said = st.query_params.get(_PRECISION)
    if said:
        st.session_state[_KEY] = _read(said)
    elif session().arrived or _KEY not in st.session_state:
        st.session_state[_KEY] = WANTED_PRECISION
    else:
        _write()  # a filter that was changed has written the address anew
    return st.slider(
        "Wanted precision",
        min_value=_LOWEST,
        max_value=1.0,
        step=0.01,
        key=_KEY,
        help="The share of boxes shown that are right or loose",
        on_change=_write,
        width=260,
    )


def chosen(filter: FeedbackFilter, model: str, phrase: str) -> bool:
    """Whether the filter names this phrase, of this model or of any."""
    return filter.phrase is not None and (
        filter.phrase.casefold() == phrase.casefold()
        and (filter.model is None or filter.model.partition("@")[0] == model)
    )


def choose(view: View, model: str, phrase: str | None) -> None:
    """Callback: advise on this phrase, or on none; a revision that is chosen stays."""
    require(Permission.REVIEW)
    kept = view.filter.model
    named = kept if kept and kept.partition("@")[0] == model else model
    open_filter(view, replace(view.filter, phrase=phrase, model=named if phrase else kept))


def _write() -> None:
    require(Permission.REVIEW)
    precision = st.session_state[_KEY]
    if precision == WANTED_PRECISION:
        st.query_params.pop(_PRECISION, None)
    else:
        st.query_params[_PRECISION] = f"{precision:g}"


def _read(said: str) -> float:
    try:
        precision = float(said)
    except ValueError:
        precision = float("nan")
    if not isfinite(precision) or not _LOWEST <= precision <= 1:
        raise Invalid(
            f"“precision” is “{said[:20]}” in the address; use {_LOWEST} to 1.",
            facts={"field": _PRECISION},
        )
    return round(precision, 2)
