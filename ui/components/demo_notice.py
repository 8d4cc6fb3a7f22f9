"""A quiet line where made-up ratings are among the figures."""

from dataclasses import replace

import streamlit as st

from core.permissions import Actor, Permission
from core.review.filters import to_query
from core.review.types import FeedbackFilter
from ui.components.review_view import View, show_in_address
from ui.errors import shown
from ui.guard import require
from ui.navigation import spec
from ui.resources import workbench

_HIDE = "Hide them"


def demo_notice(actor: Actor, view: View | None = None) -> None:
    """How many there are, and a way to the figures without them.

    On the feedback page with its `view`, which is kept but for them; elsewhere a link to that page.
    Nothing where there are none, or the view says already which ones it wants.
    """
    if view is not None and view.filter.demo is not None:
        return
    with shown():
        ratings = workbench().demo.ratings(actor)
        if not ratings:
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            which = "1 is" if ratings == 1 else f"{ratings:,} are"
            st.caption(f"Among all ratings, {which} demo data.", width="content")
            if view is None:
                query = to_query(FeedbackFilter(demo=False))
                st.page_link(spec("feedback").page(), label=_HIDE, query_params=query)
            else:
                st.button(_HIDE, key="hide_demo", type="tertiary", on_click=_hide, args=(view,))


def _hide(view: View) -> None:
    """Callback: real ratings only, from the first page on."""
    require(Permission.REVIEW)
    real = replace(view.filter, demo=False)
    show_in_address(replace(view, filter=real, cursor=None, row=None, first=1))
