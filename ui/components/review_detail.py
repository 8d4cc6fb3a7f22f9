"""One rating beside the table: what was said, of what, by whom else, and what came of it."""

from uuid import UUID

import streamlit as st

from core.permissions import Actor
from core.review.types import RowDetail
from ui.components.ask_raters import ask_raters
from ui.components.review_acts import OpenRating
from ui.components.review_detail_history import history
from ui.components.review_detail_ratings import other_ratings, own_words, stars
from ui.components.review_detail_run import run_made, run_shown
from ui.components.review_triage import notes_panel, triage_panel
from ui.components.review_view import View, open_row, open_view
from ui.components.review_walk import Neighbours, link_to, walk_keys
from ui.resources import workbench
from ui.text import facts, plain


def row_detail(actor: Actor, view: View, feedback_id: UUID, beside: Neighbours) -> None:
    """The rating that the address names. Raises `NotFound` where it was withdrawn."""
    detail = workbench().review.detail(actor, feedback_id)
    open = OpenRating(view, detail.row)
    walk_keys(actor, open, beside)
    with st.container(border=True):
        _head(open, beside)
        what_was_said(detail)
        triage_panel(actor, open)
        run_shown(actor, detail)
        run_made(detail)
        other_ratings(actor, detail)
        if detail.row.run_erased_at is None:
            ask_raters(actor, detail.run_id)
        notes_panel(open)
        history(actor, detail)


def what_was_said(detail: RowDetail) -> None:
    given = detail.row.feedback
    at = f"{given.updated_at:%Y-%m-%d %H:%M} UTC"
    st.caption(facts(f"by {plain(detail.row.username)}", str(detail.row.role), at))
    own_words(given)


def _head(open: OpenRating, beside: Neighbours) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{stars(open.row.feedback.rating)}**", width="stretch")
        for label, key, icon, view in (
            ("Previous", "K", "chevron_left", beside.before),
            ("Next", "J", "chevron_right", beside.behind),
        ):
            st.button(
                f":material/{icon}:",
                key=f"review-{label.lower()}",
                type="tertiary",
                disabled=view is None,
                help=f"{label} rating ({key})",
                on_click=open_view,
                args=(view,),
            )
        link_to(open.view)
        st.button(
            "Close",
            key="review-close",
            type="tertiary",
            icon=":material/close:",
            on_click=open_row,
            args=(open.view, None),
        )
