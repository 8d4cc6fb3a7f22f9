"""From a page of figures to the ratings that they are made of."""

import streamlit as st

from core.review.filters import to_query
from core.review.types import FeedbackFilter
from ui.navigation import spec

_HELP = "The ratings that these figures are made of"


def to_feedback(filter: FeedbackFilter, label: str = "The ratings", help: str = _HELP) -> None:
    """A link to the feedback page under the same filter."""
    page = spec("feedback")
    st.page_link(
        page.page(),
        label=label,
        icon=f":material/{page.icon}:",
        query_params=to_query(filter),
        help=help,
    )
