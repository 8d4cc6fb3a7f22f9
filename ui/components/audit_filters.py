"""The row of filters. The address is the truth; the widgets follow it and write to it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import streamlit as st

from core.audit.filters import checked
from core.audit.types import Action, Target
from core.audit.words import action_words
from core.permissions import Face, Permission
from core.review.filters import FIRST_DAY, LAST_DAY, MAX_TEXT_CHARS
from ui.components.audit_view import View, show, show_in_address
from ui.components.audit_words import FACE_WORDS, TARGET_WORDS
from ui.components.review_period import (
    ALL_TIME,
    OWN_DAYS,
    PRESETS,
    days_of,
    preset_of,
)
from ui.components.slash import slash
from ui.errors import shown
from ui.guard import require
from ui.text import plain, shortened

SEARCH_LABEL = "Search"
_KEY = "audit-"
_SHOWN_CHARS = 30
_MORE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "by": ("Done by", "The whole name of whoever did it"),
        "to": ("Done to", "The whole name of whoever it was done to"),
        "id": ("Id", "Of the thing it was done to, whole"),
        "address": ("Address", "The network address it came from, whole"),
        "trace": ("Trace id", "The reference of a request, as in errors and in the log"),
    }
)
"""Text fields, each with its label and help."""
_HIDDEN = (*_MORE, "kind", "face", "since", "until")
_FIELDS = ("text", "action", *_HIDDEN)


def filter_bar(view: View) -> None:
    """Every limit of the view; a change goes to the address at once, and back to the newest."""
    _follow(view)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            SEARCH_LABEL,
            key=f"{_KEY}text",
            type="search",
            max_chars=MAX_TEXT_CHARS,
            placeholder="part of a name",
            help="Of whoever did it, or was done to. The key / leads here.",
            on_change=_changed,
            args=(view,),
            width=220,
        )
        _period(view)
        st.multiselect(
            "Action",
            list(Action),
            format_func=action_words,
            placeholder="all",
            key=f"{_KEY}action",
            width=320,
            on_change=_changed,
            args=(view,),
        )
        _more(view)
        _without(view)
    slash(SEARCH_LABEL, key=f"{_KEY}slash")


def _period(view: View) -> None:
    own = preset_of(view.filter) == OWN_DAYS
    st.selectbox(
        "Period",
        [ALL_TIME, *PRESETS, *([OWN_DAYS] if own else [])],
        key=f"{_KEY}preset",
        width=140,
        on_change=_preset_chosen,
        args=(view,),
    )


def _more(view: View) -> None:
    used = sum(getattr(view.filter, name) is not None for name in _HIDDEN)
    counted = f"More filters ({used})" if used else "More filters"
    with st.popover(counted, icon=":material/tune:", key=f"{_KEY}more"):
        for name, (label, help) in _MORE.items():
            st.text_input(
                label,
                key=f"{_KEY}{name}",
                max_chars=MAX_TEXT_CHARS,
                placeholder="any",
                help=help,
                on_change=_changed,
                args=(view,),
            )
        _choice(view, "Kind of thing", "kind", list(Target), TARGET_WORDS)
        _choice(view, "Through", "face", list(Face), FACE_WORDS)
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


def _without(view: View) -> None:
    """What is asked for out of sight, each to be let go with one click."""
    for name, (label, _) in _MORE.items():
        value = getattr(view.filter, name)
        if value:
            st.button(
                f"{label}: {plain(shortened(value, _SHOWN_CHARS))}",
                key=f"{_KEY}without-{name}",
                icon=":material/close:",
                help="Leave this filter out",
                on_click=show,
                args=(view.filtered(**{name: None}),),
            )


def _choice(
    view: View, label: str, name: str, options: list[Any], words: Mapping[str, str]
) -> None:
    st.selectbox(
        label,
        options,
        index=None,
        format_func=lambda option: words[option],
        placeholder="any",
        key=f"{_KEY}{name}",
        on_change=_changed,
        args=(view,),
    )


def _follow(view: View) -> None:
    """Let every widget show what the address says."""
    for name in _FIELDS:
        value = getattr(view.filter, name)
        st.session_state[f"{_KEY}{name}"] = list(value) if isinstance(value, tuple) else value
    st.session_state[f"{_KEY}preset"] = preset_of(view.filter)


def _preset_chosen(view: View) -> None:
    since, until = days_of(st.session_state[f"{_KEY}preset"])
    st.session_state[f"{_KEY}since"], st.session_state[f"{_KEY}until"] = since, until
    _changed(view)


def _changed(view: View) -> None:
    require(Permission.VIEW_AUDIT)
    if any(f"{_KEY}{name}" not in st.session_state for name in _FIELDS):
        return  # the fields have left the page; one of them told its words on the way
    chosen = {name: st.session_state[f"{_KEY}{name}"] for name in _FIELDS}
    wanted = view.filtered(**{name: _meant(value) for name, value in chosen.items()})
    with shown():
        checked(wanted.filter)
        show_in_address(wanted)


def _meant(value: object) -> object:
    """A field's value as the filter has it: nothing for a blank, fixed for a list."""
    if isinstance(value, str):
        return value.strip() or None
    return tuple(value) if isinstance(value, list) else value
