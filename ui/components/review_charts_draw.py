"""A chart of the dashboard: drawn from a constant specification, and every mark leads to its rows.

A click on a mark, or a choice in the menu over the chart, narrows the filter in the address.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa
import streamlit as st

from core.errors import Invalid
from core.review.types import FeedbackFilter
from ui.components.review_view import View, open_filter
from ui.errors import shown
from ui.session import session
from ui.text import plain

Picked = Mapping[str, Any]
"""What a mark stands for, by the fields that its specification selects by."""
Columns = Mapping[str, Sequence[Any]]
Narrow = Callable[[FeedbackFilter, Picked], FeedbackFilter]


@dataclass(frozen=True)
class Drawing:
    """One chart, ready to be shown."""

    name: str
    title: str
    """Markdown: what it shows, and n."""
    spec: Mapping[str, Any]
    """A constant; its data are named as `data` names them."""
    data: Mapping[str, Columns]
    narrow: Narrow
    marks: Mapping[str, Picked]
    """Each mark in words with its figures, for the menu over the chart."""
    alt: str
    """What kind of chart it is. Its figures are said by its marks and its menu: with another text
    here the browser would draw the chart anew instead of exchanging its data."""
    empty: str | None = None
    """Why there is nothing to draw, where there is not."""
    help: str | None = None


def draw(view: View, drawing: Drawing, height: int) -> None:
    """A line of heading, and under it the chart in `height` pixels, or why there is none."""
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.markdown(f":small[{drawing.title}]", help=drawing.help)
        if drawing.empty is None:
            _menu(view, drawing)
    if drawing.empty is not None:
        with st.container(height=height, border=False, vertical_alignment="center"):
            st.caption(drawing.empty)
        return
    key = f"chart-{drawing.name}-{session().chart_clicks.get(drawing.name, 0)}"
    data = {name: pa.table(dict(rows)) for name, rows in drawing.data.items()}
    st.vega_lite_chart(
        None,
        {**drawing.spec, "datasets": data},
        key=key,
        height=height,
        on_select=partial(_clicked, view, drawing.name, drawing.narrow, key),
        alt=drawing.alt,
    )


def _menu(view: View, drawing: Drawing) -> None:
    """For the keyboard, and for whoever wants the figures in words."""
    key = f"chart-{drawing.name}-rows"
    st.menu_button(
        "Rows",
        list(drawing.marks),
        key=key,
        type="tertiary",
        help=f"Open the rows of a mark: {drawing.name}",
        format_func=plain,
        on_click=partial(_chosen, view, drawing, key),
    )


def _chosen(view: View, drawing: Drawing, key: str) -> None:
    picked = drawing.marks.get(st.session_state[key])
    if picked is not None:
        _open(view, drawing.narrow, picked)


def _clicked(view: View, name: str, narrow: Narrow, key: str) -> None:
    """The next showing is a new chart, with nothing selected: the same mark can be clicked again
    when the filter is wide again."""
    selected: Mapping[str, Any] = st.session_state[key].selection
    # A click is told to the selections of all layers: those of others know nothing of the mark.
    picked = max((row for rows in selected.values() for row in rows), key=len, default=None)
    if not picked:
        return
    clicks = session().chart_clicks
    clicks[name] = clicks.get(name, 0) + 1
    _open(view, narrow, picked)


def _open(view: View, narrow: Narrow, picked: Picked) -> None:
    with shown():
        open_filter(view, narrowed(view.filter, narrow, picked))


def narrowed(filter: FeedbackFilter, narrow: Narrow, picked: Picked) -> FeedbackFilter:
    """The browser says what was picked, so it may be anything."""
    try:
        return narrow(filter, picked)
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid("The chart's mark cannot be read; reload the page.") from error
