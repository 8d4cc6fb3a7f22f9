"""The row of filters. The address is the truth; the widgets follow it and write to it."""

import streamlit as st

from core.feedback.types import ReviewStatus
from core.permissions import Permission
from core.review.filters import MAX_TEXT_CHARS, checked
from core.review.periods import moved
from core.review.types import FilterChoices
from core.review.words import STATUS_WORDS, Limit, limits, without
from core.runs.types import Task
from ui.components.review_fields import KEY, changed, choice, day, follow, with_wanted
from ui.components.review_filters_more import follow_comparison, more_filters
from ui.components.review_period import ALL_TIME, OWN_DAYS, PRESETS, days_of, preset_of
from ui.components.review_view import View, open_filter
from ui.components.slash import slash
from ui.errors import shown
from ui.guard import require
from ui.text import plain

__all__ = ["STATUS_WORDS", "filter_bar"]

_PRESET, _CHIPS = f"{KEY}preset", f"{KEY}limits"
_FIRST_OWN = "Last 30 days"
SEARCH_LABEL = "Text"


def filter_bar(view: View, choices: FilterChoices) -> None:
    """Every limit of the view; a change goes to the address at once, and back to page one."""
    filter = view.filter
    follow(filter)
    follow_comparison(filter)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _period(view)
        choice(view, "Task", "task", list(Task), width=130)
        choice(view, "Model", "model", with_wanted(choices.models, filter.model), width=150)
        choice(view, "User", "user", with_wanted(choices.users, filter.user), width=130)
        choice(view, "Rating from", "rating_min", list(range(1, 6)), width=110)
        choice(view, "Rating to", "rating_max", list(range(1, 6)), width=110)
        _tags(view, choices)
        choice(view, "Status", "status", list(ReviewStatus), width=125, words=STATUS_WORDS)
        st.text_input(
            SEARCH_LABEL,
            key=f"{KEY}text",
            type="search",
            max_chars=MAX_TEXT_CHARS,
            placeholder="in comments, prompts, outputs",
            help="Whole words, in this order; Chinese, Japanese and Korean text anywhere. "
            "The key / leads here.",
            width=240,
            on_change=changed,
            args=(view, "text"),
        )
        more_filters(view, choices)
    _chips(view)
    slash(SEARCH_LABEL, key=f"{KEY}slash")


def _period(view: View) -> None:
    shown_preset = preset_of(view.filter, st.session_state.get(_PRESET))
    st.session_state[_PRESET] = shown_preset
    st.selectbox(
        "Period",
        [ALL_TIME, *PRESETS, OWN_DAYS],
        key=_PRESET,
        width=140,
        on_change=_preset_chosen,
        args=(view,),
    )
    if shown_preset == OWN_DAYS:
        day(view, "From", "since", width=140)
        day(view, "To", "until", width=140)


def _tags(view: View, choices: FilterChoices) -> None:
    st.multiselect(
        "Tags",
        list(dict.fromkeys([*choices.tags, *view.filter.tag])),
        placeholder="all",
        key=f"{KEY}tag",
        width=170,
        on_change=changed,
        args=(view, "tag"),
    )


def _chips(view: View) -> None:
    """What is set, in words; a click on one takes it away."""
    found = {limit.words: limit for limit in limits(view.filter)}
    if not found:
        return
    st.session_state[_CHIPS] = None
    st.pills(
        "Active filters: a click removes one",
        list(found),
        format_func=lambda words: f"{plain(words)} :material/close:",
        key=_CHIPS,
        label_visibility="collapsed",
        on_change=_removed,
        args=(view, found),
    )


def _removed(view: View, found: dict[str, Limit]) -> None:
    require(Permission.REVIEW)
    limit = found.get(st.session_state[_CHIPS] or "")
    if limit is not None:
        open_filter(view, without(view.filter, limit))


def _preset_chosen(view: View) -> None:
    require(Permission.REVIEW)
    chosen = st.session_state[_PRESET]
    since, until = days_of(chosen)
    if chosen == OWN_DAYS:
        since, until = view.filter.since, view.filter.until
        if since is None and until is None:
            since, until = days_of(_FIRST_OWN)
    with shown():
        open_filter(view, checked(moved(view.filter, since, until)))
