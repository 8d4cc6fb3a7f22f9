"""What reviewers say to a rating, as whoever gave it reads it."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

import streamlit as st

from core.feedback.types import ReviewStatus
from ui.text import ago, plain

_ENDED: Mapping[ReviewStatus, str] = MappingProxyType(
    {
        ReviewStatus.FIXED: "fixed",
        ReviewStatus.WONT_FIX: "will not be fixed",
    }
)


class Answered(Protocol):
    """A rating with what was said to it."""

    @property
    def review_status(self) -> ReviewStatus: ...
    @property
    def fixed_in(self) -> str | None: ...
    @property
    def answer(self) -> str: ...
    @property
    def answered_at(self) -> datetime | None: ...


def answer_line(given: Answered) -> None:
    """The answer, and what came of the rating; nothing where there is neither."""
    outcome = outcome_words(given)
    if given.answer:
        st.markdown(f":material/reply: **Answer** · {ago(given.answered_at)}", width="content")
        st.text(given.answer)
    if outcome:
        st.caption(f":material/task_alt: {outcome}")


def outcome_words(given: Answered) -> str:
    """As in “Fixed in r2”; empty as long as nothing came of it."""
    ended = _ENDED.get(given.review_status)
    if ended is None:
        return ""
    where = f" in {plain(given.fixed_in[:20])}" if given.fixed_in else ""
    return f"{ended.capitalize()}{where}"
