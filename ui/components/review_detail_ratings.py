"""What people said of a run: the open rating in full, and all others of it."""

from difflib import SequenceMatcher

import streamlit as st

from core.feedback.types import Feedback
from core.permissions import Actor
from core.review.types import RowDetail
from ui.components.review_words import STATUS_WORDS
from ui.components.text_diff import text_diff
from ui.resources import workbench
from ui.text import facts, plain

_COMPARED_CHARS = 2000


def stars(rating: int) -> str:
    return f"{'★' * rating}{'☆' * (5 - rating)} {rating} of 5"


def own_words(given: Feedback) -> None:
    """Comment, failed step and tags."""
    if given.comment:
        st.text(given.comment)
    if given.failed_step:
        st.caption(f"Failed step: {given.failed_step}")
    if given.tags:
        st.markdown(" ".join(f":gray-badge[{plain(tag)}]" for tag in given.tags))


def other_ratings(actor: Actor, detail: RowDetail) -> None:
    """Every rating of the run; a corrected text is shown against what the model wrote."""
    noun = "rating" if len(detail.all_ratings) == 1 else "ratings"
    st.caption(f"{len(detail.all_ratings)} {noun} of this run")
    for name, given in detail.all_ratings:
        if given.id != detail.row.feedback.id:
            comment = f": {plain(given.comment)}" if given.comment else ""
            st.markdown(f"{stars(given.rating)} {plain(name)}{comment}")
            tags = ", ".join(map(plain, given.tags))
            st.caption(facts(tags, STATUS_WORDS[given.review_status]))
        if given.corrected_text is not None:
            with st.expander(
                f"Text corrected by {plain(name)}", expanded=given.id == detail.row.feedback.id
            ):
                text_diff(_corrected(actor, detail, given.corrected_text), given.corrected_text)


def _corrected(actor: Actor, detail: RowDetail, text: str) -> str:
    """The output that the text is a corrected form of: the one that is most like it."""
    run = workbench().generation.get(actor, detail.run_id)
    written = [run.whole_text(place) for place in range(len(run.outputs))]
    if len(written) == 1:
        return written[0]

    def likeness(output: str) -> float:
        return SequenceMatcher(
            None, output[:_COMPARED_CHARS], text[:_COMPARED_CHARS], autojunk=False
        ).ratio()

    return max(written, key=likeness, default="")
