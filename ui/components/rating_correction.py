"""The text as it should have been, and what that changes."""

import streamlit as st

from core.feedback.checks import MAX_CORRECTED_CHARS, editable
from core.feedback.difference import closest
from core.permissions import Permission
from core.runs.types import Task
from ui.components.rating_draft import RatingDraft
from ui.components.text_diff import text_diff
from ui.guard import require


def correction_button(panel: RatingDraft) -> None:
    """Opens the field, with what was written in it; nothing for what is no text."""
    if panel.task is Task.GENERATION and not panel.corrects:
        st.button(
            "Correct the text",
            key=panel.widget("correct"),
            icon=":material/edit_note:",
            type="tertiary",
            help="Write it as it should have been; it is saved with the rating",
            on_click=_open,
            args=(panel,),
        )


def correction_field(panel: RatingDraft) -> None:
    """Nothing until it is opened. Of several outputs one is corrected, the first unless chosen."""
    if not panel.corrects:
        return
    with st.container(border=True):
        original = _original(panel)
        st.text_area(
            "The text as it should have been",
            key=panel.widget("corrected"),
            max_chars=MAX_CORRECTED_CHARS,
            height="content",
            persist_state="session",
        )
        if panel.corrected_text is not None:
            text_diff(editable(original), panel.corrected_text)
        st.button(
            "Drop the correction" if panel.corrected_text else "Nothing to correct",
            key=panel.widget("drop"),
            type="tertiary",
            on_click=_drop,
            args=(panel,),
        )


def _original(panel: RatingDraft) -> str:
    """The output that is corrected; where there are several, a person chooses it."""
    texts = panel.texts
    if len(texts) < 2:
        return texts[0] if texts else ""
    which = panel.widget("which")
    if which not in st.session_state:
        given = panel.corrected_text
        st.session_state[which] = texts.index(closest(texts, given)) if given else 0
    st.segmented_control(
        "Output",
        range(len(texts)),
        required=True,
        format_func=lambda at: f"Output {at + 1}",
        key=which,
        on_change=_chosen,
        args=(panel,),
        persist_state="session",
    )
    chosen: int = st.session_state[which]
    return texts[chosen]


def _open(panel: RatingDraft) -> None:
    require(Permission.RATE)
    st.session_state.pop(panel.widget("which"), None)
    panel.correct(editable(panel.texts[0]) if panel.texts else "")


def _chosen(panel: RatingDraft) -> None:
    """What was not changed yet gives way to the output chosen."""
    require(Permission.RATE)
    if panel.corrected_text is None:
        panel.correct(editable(panel.texts[st.session_state[panel.widget("which")]]))


def _drop(panel: RatingDraft) -> None:
    require(Permission.RATE)
    panel.correct(None)
