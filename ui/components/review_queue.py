"""The triage queue: one rating at a time, in full width, until none is left."""

from uuid import UUID

import streamlit as st

from core.permissions import Actor
from core.review.types import Total
from ui.components.ask_raters import ask_raters
from ui.components.review_acts import OpenRating, start_queue
from ui.components.review_detail import what_was_said
from ui.components.review_detail_history import history
from ui.components.review_detail_ratings import other_ratings, stars
from ui.components.review_detail_run import run_made, run_shown
from ui.components.review_triage import notes_panel, triage_panel
from ui.components.review_view import View, open_row
from ui.components.review_walk import Neighbours, back, link_to, walk_keys
from ui.resources import workbench
from ui.session import session


def queue_button(view: View, open_now: Total) -> None:
    """Starts with the first rating that is new, in the table's filter and order."""
    st.button(
        f"Triage {open_now} open",
        key="review-queue-start",
        type="primary",
        icon=":material/rule:",
        disabled=not open_now.n,
        help="One new rating after another, each assigned to you; nobody else gets the same"
        if open_now.n
        else "Nothing that these filters let through is new",
        on_click=start_queue,
        args=(view,),
    )


def queue_ended(view: View) -> None:
    """How the last queue of these filters ended, until a rating is opened."""
    ended = session().queue_ended
    if view.row is not None:
        session().queue_ended = None
    elif ended is not None and ended[0] == view.filter:
        st.success(f"{ended[1]}.", icon=":material/done_all:")


def queue_page(actor: Actor, view: View, feedback_id: UUID) -> None:
    """The rating of the queue that the address names. Raises `NotFound` once it is withdrawn."""
    bench = workbench()
    _progress(view, bench.triage.left(actor, view.filter))
    detail = bench.review.detail(actor, feedback_id)
    open = OpenRating(view, detail.row)
    walk_keys(actor, open, Neighbours())
    wide, narrow = st.columns([3, 2], gap="medium")
    with wide:
        run_shown(actor, detail)
        run_made(detail)
        if detail.row.run_erased_at is None:
            ask_raters(actor, detail.run_id)
        other_ratings(actor, detail)
    with narrow, st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{stars(detail.row.feedback.rating)}**", width="stretch")
            link_to(view)
        what_was_said(detail)
        triage_panel(actor, open)
        notes_panel(open)
        history(actor, detail)


def _progress(view: View, left: Total) -> None:
    """As in “12 of 37”: how many were new at the start, and how many of them are not any more."""
    total = max(view.queue or 0, left.n, 1)
    done = total - left.n
    place = f"{left} open" if left.more else f"{min(done + 1, total):,} of {total:,}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(done / total, place, width="stretch")
        st.button(
            "Back",
            key="review-queue-back",
            icon=":material/undo:",
            type="tertiary",
            disabled=not session().queue_visited,
            help="The one before (K)",
            on_click=back,
            args=(view,),
        )
        st.button(
            "Leave the queue",
            key="review-queue-leave",
            icon=":material/close:",
            help="Back to the table, with this rating open",
            on_click=open_row,
            args=(view, view.row),
        )
