"""The row of filters. The address is the truth; the widgets follow it and write to it."""

from typing import Any

import streamlit as st

from core.feedback.types import ReviewStatus
from core.permissions import Permission
from core.review.filters import FILTER_NAMES, FIRST_DAY, LAST_DAY, MAX_TEXT_CHARS, REPEATED, checked
from core.review.types import FeedbackFilter, FilterChoices
from core.runs.types import Task
from ui.components.review_period import ALL_TIME, OWN_DAYS, PRESETS, days_of, preset_of
from ui.components.review_view import open_filter, view_in_address
from ui.errors import shown
from ui.guard import require

STATUS_WORDS = {
    ReviewStatus.NEW: "new",
    ReviewStatus.TRIAGED: "triaged",
    ReviewStatus.FIXED: "fixed",
    ReviewStatus.WONT_FIX: "won't fix",
}
_KEY = "review-"


def filter_bar(filter: FeedbackFilter, choices: FilterChoices) -> None:
    """Every limit of `filter`; a change goes to the address at once, and back to page one."""
    _follow(filter)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _period(filter)
        _choice("Task", "task", list(Task), width=150)
        _choice("Model", "model", _with(choices.models, filter.model), width=150)
        _choice("User", "user", _with(choices.users, filter.user), width=150)
        _choice("Rating from", "rating_min", list(range(1, 6)), width=110)
        _choice("Rating to", "rating_max", list(range(1, 6)), width=110)
        _tags(filter, choices)
        _choice("Status", "status", list(ReviewStatus), width=125, words=STATUS_WORDS)
        st.text_input(
            "Text",
            key=f"{_KEY}text",
            max_chars=MAX_TEXT_CHARS,
            placeholder="in comments, prompts, outputs",
            help="Whole words, in this order; Chinese, Japanese and Korean text anywhere.",
            on_change=_changed,
        )


def _period(filter: FeedbackFilter) -> None:
    own = preset_of(filter) == OWN_DAYS
    st.selectbox(
        "Period",
        [ALL_TIME, *PRESETS, *([OWN_DAYS] if own else [])],
        key=f"{_KEY}preset",
        width=130,
        on_change=_preset_chosen,
    )
    for label, name in (("From", "since"), ("To", "until")):
        st.date_input(
            label,
            value=None,
            min_value=FIRST_DAY,
            max_value=LAST_DAY,
            format="YYYY-MM-DD",
            key=f"{_KEY}{name}",
            width=150,
            on_change=_changed,
        )


def _choice(
    label: str,
    name: str,
    options: list[Any],
    *,
    width: int,
    words: dict[Any, str] | None = None,
) -> None:
    st.selectbox(
        label,
        options,
        index=None,
        format_func=(lambda option: words[option]) if words else str,
        placeholder="all",
        key=f"{_KEY}{name}",
        width=width,
        on_change=_changed,
    )


def _tags(filter: FeedbackFilter, choices: FilterChoices) -> None:
    st.multiselect(
        "Tags",
        list(dict.fromkeys([*choices.tags, *filter.tag])),
        placeholder="all",
        key=f"{_KEY}tag",
        width=160,
        on_change=_changed,
    )


def _with(offered: tuple[str, ...], wanted: str | None) -> list[str]:
    """What is offered, and what the address names though it is not."""
    return list(dict.fromkeys([*offered, wanted] if wanted else offered))


def _follow(filter: FeedbackFilter) -> None:
    """Let every widget show what the address says."""
    for name in FILTER_NAMES:
        value = getattr(filter, name)
        st.session_state[f"{_KEY}{name}"] = list(value) if name in REPEATED else value
    st.session_state[f"{_KEY}preset"] = preset_of(filter)


def _preset_chosen() -> None:
    since, until = days_of(st.session_state[f"{_KEY}preset"])
    st.session_state[f"{_KEY}since"], st.session_state[f"{_KEY}until"] = since, until
    _changed()


def _changed() -> None:
    require(Permission.REVIEW)
    chosen = {name: st.session_state[f"{_KEY}{name}"] for name in FILTER_NAMES}
    with shown():
        filter = FeedbackFilter(**(chosen | {"tag": tuple(chosen["tag"])}))
        open_filter(view_in_address(), checked(filter))
