"""The keys of triage: each acts on the rating that stood on the screen when it was pressed."""

from collections.abc import Callable, Mapping
from uuid import UUID

import streamlit as st

from ui.components.bundle import component
from ui.session import session

_KEY = "review-keys"
_mount = component("triage_keys", "typing")


def triage_keys(row: UUID | None, do: Mapping[str, Callable[[], None]]) -> None:
    """Let each key of `do` call its callback; one pressed over another rating than `row` is
    passed over, so that nothing is decided unseen."""
    shown = str(row) if row else None

    def hear() -> None:
        told = st.session_state[_KEY].get("pressed")
        view, done = session().keys_heard
        if not told or (told["view"] == view and told["n"] <= done):
            return
        session().keys_heard = (told["view"], told["n"])
        if told["row"] == shown and told["key"] in do:
            do[told["key"]]()

    view, done = session().keys_heard
    _mount(
        key=_KEY,
        data={"keys": list(do), "row": shown, "view": view, "done": done},
        on_pressed_change=hear,
    )
