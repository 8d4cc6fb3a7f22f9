"""Anchors: runs with a reference rating, and what those who were asked said of them."""

import streamlit as st

from core.permissions import Permission
from core.raters.types import RatingRequest
from ui.components.ask_raters import take_back_button
from ui.errors import shown
from ui.guard import require
from ui.navigation import spec
from ui.resources import workbench
from ui.text import ago, plain, prompt_line

_PROMPT_CHARS, _FIRST = 40, 8


@st.fragment
def anchors() -> None:
    """The newest first; removing one needs no run of the whole page."""
    actor = require(Permission.REVIEW)
    st.subheader("Anchors")
    with shown():
        known = workbench().requests.anchors(actor)
        if not known:
            st.caption(
                "None yet. “Ask to rate” beside a rating, with a reference, makes one: whoever is "
                "asked cannot tell it from other requests."
            )
            return
        rated = [each for each in known if each.rating is not None]
        met = sum(each.rating == each.reference for each in rated)
        st.caption(f"{len(rated)} of {len(known)} rated; {met} exactly as the reference.")
        more = st.toggle("Show all", key="raters-anchors-all") if len(known) > _FIRST else False
        for each in known if more else known[:_FIRST]:
            _anchor(each)


def _anchor(anchor: RatingRequest) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        label = plain(prompt_line(anchor.prompt, _PROMPT_CHARS))
        if anchor.feedback_id:
            page = spec("feedback")
            st.page_link(
                page.page(),
                label=label,
                icon=f":material/{spec(anchor.task).icon}:",
                query_params={"row": str(anchor.feedback_id)},
            )
        else:
            st.caption(label, width="content")
        st.caption(_said(anchor), width="content")
        take_back_button(anchor, key="raters-anchors")


def _said(anchor: RatingRequest) -> str:
    name = plain(anchor.username)
    if anchor.rating is None or anchor.reference is None:
        return f"reference {anchor.reference}, {name} asked {ago(anchor.asked_at)}"
    off = anchor.rating - anchor.reference
    apart = "as the reference" if not off else f"{abs(off)} {'above' if off > 0 else 'below'}"
    return f"reference {anchor.reference}, {name} said {anchor.rating}: {apart}"
