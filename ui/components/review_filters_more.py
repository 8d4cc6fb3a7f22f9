"""The filters that are asked for less often, behind one button, and what is compared with."""

from dataclasses import replace

import streamlit as st

from core.permissions import Permission, Role
from core.review.filters import checked
from core.review.periods import is_year_before, year_before
from core.review.types import NOBODY, FeedbackFilter, FilterChoices, JudgedAs, TagMatch
from core.review.words import JUDGED_WORDS, limits
from ui.components.review_fields import KEY, changed, choice, day, number, with_wanted
from ui.components.review_view import View, open_filter
from ui.errors import shown
from ui.guard import require

_IN_ROW = {
    *("since", "until", "task", "model", "user", "rating_min", "rating_max", "tag", "status"),
    "text",
}
_COMPARED = f"{KEY}compared"
_BEFORE, _YEAR, _OWN = "the days just before", "the same days a year ago", "days from"
_MATCH_WORDS = {TagMatch.ANY: "any of them", TagMatch.ALL: "all of them"}
_SCORES = "Of the best box; with a verdict, of the judged one."


def more_filters(view: View, choices: FilterChoices) -> None:
    """Made only while it is open, as most of the time it is not."""
    used = sum(not set(limit.names) <= _IN_ROW for limit in limits(view.filter))
    used += view.filter.tags is TagMatch.ALL
    # A label that changed would make it another popover, and a closed one.
    popover = st.popover(
        "More filters", icon=":material/tune:", key=f"{KEY}more", on_change="rerun"
    )
    if used:
        st.badge(f"{used} set", color="primary")
    if not popover.open:
        return
    with popover:
        people, boxes, runs = st.columns(3, gap="medium")
        with people:
            _people(view, choices)
        with boxes:
            _boxes(view, choices)
        with runs:
            _runs(view)
        _comparison(view)


def follow_comparison(filter: FeedbackFilter) -> None:
    """Let the comparison show what the address says; own days may be a year ago as well."""
    kept = st.session_state.get(_COMPARED)
    if filter.against is None:
        told = _BEFORE
    else:
        told = _YEAR if is_year_before(filter) and kept != _OWN else _OWN
    st.session_state[_COMPARED] = told


def _people(view: View, choices: FilterChoices) -> None:
    st.markdown("**Ratings**")
    choice(view, "Rated by", "role", list(Role))
    assignees = with_wanted((NOBODY, *choices.reviewers), view.filter.assignee)
    choice(view, "Assigned to", "assignee", assignees)
    _flag(view, "Comment", "comment", "with", "without")
    _flag(view, "Correction", "correction", "with", "without")
    st.selectbox(
        "Tags match",
        list(TagMatch),
        format_func=_MATCH_WORDS.__getitem__,
        key=f"{KEY}tags",
        on_change=changed,
        args=(view, "tags"),
    )


def _boxes(view: View, choices: FilterChoices) -> None:
    st.markdown("**Boxes**")
    choice(
        view,
        "Phrase",
        "phrase",
        with_wanted(choices.phrases, view.filter.phrase),
        new=True,
        help="The label of a box that was shown or judged; choose one or type it.",
    )
    choice(view, "Verdict", "verdict", list(JudgedAs), words=JUDGED_WORDS)
    low, high = st.columns(2)
    with low:
        number(view, "Score from", "score_min", 0.05)
    with high:
        number(view, "Score below", "score_max", 0.05)
    st.caption(_SCORES)
    _flag(view, "Judged boxes", "verdicts", "with", "without")
    low, high = st.columns(2)
    with low:
        number(view, "Box threshold", "box_threshold", 0.05)
    with high:
        number(view, "Text threshold", "text_threshold", 0.05)


def _runs(view: View) -> None:
    st.markdown("**Runs**")
    low, high = st.columns(2)
    with low:
        number(view, "Ms from", "latency_min", 100)
    with high:
        number(view, "Ms to", "latency_max", 100)
    _flag(view, "Stopped", "stopped", "stopped", "not stopped")
    low, high = st.columns(2)
    with low:
        number(view, "Temperature", "temperature", 0.1)
    with high:
        number(view, "Top-p", "top_p", 0.05)
    _flag(view, "Data", "demo", "demo data only", "real data only")


def _flag(view: View, label: str, name: str, yes: str, no: str) -> None:
    choice(view, label, name, [True, False], words={True: yes, False: no})


def _comparison(view: View) -> None:
    """Only a period that has both ends can be compared with another."""
    filter = view.filter
    closed = filter.since is not None and filter.until is not None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Compare with",
            [_BEFORE, _YEAR, _OWN],
            key=_COMPARED,
            disabled=not closed,
            help=None if closed else "Choose a first and a last day to compare with other days.",
            width=230,
            on_change=_compared,
            args=(view,),
        )
        if closed and st.session_state[_COMPARED] == _OWN:
            day(view, "First day", "against", width=150)


def _compared(view: View) -> None:
    require(Permission.REVIEW)
    since, chosen = view.filter.since, st.session_state[_COMPARED]
    if since is None:
        return
    against = {_BEFORE: None, _YEAR: year_before(since)}.get(
        chosen, view.filter.against or year_before(since)
    )
    with shown():
        open_filter(view, checked(replace(view.filter, against=against)))
