"""Which step of a bad report failed: the detection, or the writing."""

import streamlit as st

from core.feedback.types import FailedStep
from ui.components.rating_draft import NOT_SURE, RatingDraft


def failed_step_choice(panel: RatingDraft) -> None:
    """Asked where a report was rated badly."""
    st.session_state.setdefault(panel.widget("step"), NOT_SURE)
    st.segmented_control(
        "Which step failed?",
        (*FailedStep, NOT_SURE),
        required=True,
        format_func=str.capitalize,
        key=panel.widget("step"),
        help="Boxes: the detection was wrong already. Text: the boxes were right, and the report "
        "was not.",
        persist_state="session",
    )
