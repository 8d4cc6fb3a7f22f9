"""The row of filters. The address is the truth; the widgets follow it and write to it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import streamlit as st

from core.errors import Invalid
from core.permissions import Permission
from core.review.filters import FIRST_DAY, LAST_DAY
from core.runs.filters import MAX_TEXT_CHARS, checked
from core.runs.types import RunStatus, Task
from ui.components.history_view import View, show, show_in_address
from ui.components.review_period import ALL_TIME, OWN_DAYS, PRESETS, days_of, preset_of
from ui.components.slash import slash
from ui.errors import shown
from ui.guard import require

SEARCH_LABEL = "Search"
_KEY = "history-"
_FIELDS = ("text", "task", "model", "status", "rated", "since", "until")
_MORE = ("status", "rated", "since", "until")
_RATED_WORDS: Mapping[bool, str] = MappingProxyType({True: "rated", False: "not rated"})


def filter_bar(view: View, models: Iterable[str]) -> None:
    """Every limit of the view; a change goes to the address at once, and back to the newest."""
    _follow(view)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            SEARCH_LABEL,
            key=f"{_KEY}text",
            type="search",
            max_chars=MAX_TEXT_CHARS,
            placeholder="in phrases and prompts",
            help="Any part of what you typed. The key / leads here.",
            on_change=_changed,
            args=(view,),
            width=280,
        )
        _choice(view, "Task", "task", list(Task), width=150)
        offered = list(dict.fromkeys([*models, *([view.model] if view.model else [])]))
        _choice(view, "Model", "model", offered, width=150)
        _period(view)
        _more(view)
        if view.picture:
            st.button(
                "One picture only",
                key=f"{_KEY}any-picture",
                icon=":material/close:",
                help="Show the runs on every picture again",
                on_click=show,
                args=(replace(view.from_newest, picture=None),),
            )
    slash(SEARCH_LABEL, key=f"{_KEY}slash")


def _period(view: View) -> None:
    own = preset_of(view) == OWN_DAYS
    st.selectbox(
        "Period",
        [ALL_TIME, *PRESETS, *([OWN_DAYS] if own else [])],
        key=f"{_KEY}preset",
        width=140,
        on_change=_preset_chosen,
        args=(view,),
    )


def _more(view: View) -> None:
    used = sum(getattr(view, name) is not None for name in _MORE)
    counted = f"More filters ({used})" if used else "More filters"
    with st.popover(counted, icon=":material/tune:", key=f"{_KEY}more"):
        _choice(view, "State", "status", list(RunStatus))
        _choice(view, "Your rating", "rated", list(_RATED_WORDS), words=_RATED_WORDS)
        for label, name in (("From", "since"), ("To", "until")):
            st.date_input(
                label,
                value=None,
                min_value=FIRST_DAY,
                max_value=LAST_DAY,
                format="YYYY-MM-DD",
                key=f"{_KEY}{name}",
                help="A whole day in UTC, included",
                on_change=_changed,
                args=(view,),
            )


def _choice(
    view: View,
    label: str,
    name: str,
    options: list[Any],
    *,
    width: int | None = None,
    words: Mapping[Any, str] | None = None,
) -> None:
    st.selectbox(
        label,
        options,
        index=None,
        format_func=(lambda option: words[option]) if words else str,
        placeholder="all",
        key=f"{_KEY}{name}",
        width=width or "stretch",
        on_change=_changed,
        args=(view,),
    )


def _follow(view: View) -> None:
    """Let every widget show what the address says."""
    for name in _FIELDS:
        st.session_state[f"{_KEY}{name}"] = getattr(view, name)
    st.session_state[f"{_KEY}preset"] = preset_of(view)


def _preset_chosen(view: View) -> None:
    since, until = days_of(st.session_state[f"{_KEY}preset"])
    st.session_state[f"{_KEY}since"], st.session_state[f"{_KEY}until"] = since, until
    _changed(view)


def _changed(view: View) -> None:
    require(Permission.HISTORY)
    if any(f"{_KEY}{name}" not in st.session_state for name in _FIELDS):
        return  # the fields have left the page; one of them told its words on the way
    chosen = {name: st.session_state[f"{_KEY}{name}"] for name in _FIELDS}
    chosen["text"] = (chosen["text"] or "").strip() or None
    wanted = replace(view.from_newest, **chosen)
    with shown():
        if wanted.since and wanted.until and wanted.since > wanted.until:
            raise Invalid("“From” is a later day than “To”; swap them.")
        checked(wanted.filter)
        show_in_address(wanted)
