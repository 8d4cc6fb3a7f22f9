"""Keys that work anywhere on a page, and the list of all of them."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import streamlit as st

from ui.components.bundle import component

KEYS: Mapping[str, str] = MappingProxyType(
    {
        "Ctrl + Enter": "Detect, or run",
        "Esc": "Stop the text being written; let go of a chosen box; end drawing",
        "1 to 5": "Set the stars of the result on the page, while no box is chosen",
        "1 to 4": "Judge the chosen box: right, wrong label, loose, not there",
        "U, Ctrl + Z": "Take back the last verdict or mark",
        "M": "Draw a box over what was missed",
        "/": "Search in the history, or among users",
        "J, K": "The next and the previous rating, on the feedback page",
        "T, F, W": "Set the open rating triaged, fixed, or won't fix",
        "A": "Assign the open rating to yourself",
        "N": "Done with the open rating, and on to the next that is new",
        "Arrow keys": "Walk through sample pictures, boxes and rows",
        "Enter": "Take the sample, choose the box",
        "?": "This list",
    }
)

_mount = component("keys", "typing")


def pressed(keys: Sequence[str], *, key: str, on_press: Callable[[str], None] | None = None) -> str:
    """The one of `keys` just pressed, else "". `on_press` hears it before the script runs."""

    def hear() -> None:
        found = st.session_state[key].get("pressed")
        if found and on_press:
            on_press(found)

    told = _mount(key=key, data={"keys": list(keys)}, on_pressed_change=hear)
    return told.get("pressed") or ""


def keys_button() -> None:
    """Opens the list, as `?` does."""
    asked = st.button(
        "Keys", key="keys", icon=":material/keyboard:", type="tertiary", help="All keys (?)"
    )
    if pressed("?", key="keys-asked") or asked:
        _list()


@st.dialog("Keys")
def _list() -> None:
    st.table(
        [{"Key": key, "Does": does} for key, does in KEYS.items()], hide_index=True, border=False
    )
