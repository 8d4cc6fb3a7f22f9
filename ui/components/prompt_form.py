"""The fields of a new prompt: by themselves, or under a text that is worth keeping."""

import streamlit as st

from core.permissions import Actor, Permission
from core.prompts.checks import MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS
from core.prompts.rendering import variables_of
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.text import plain

VARIABLES_HELP = "Write {{text}} where something is to be filled in each time; any name will do."
_SAVE_KEY = "generation-save"


def save_as_prompt(actor: Actor, text: str) -> None:
    """A button that keeps `text`, typed freely, in the library; nothing without the right to."""
    if not actor.may(Permission.EDIT_PROMPTS):
        return
    menu = st.popover(
        "Save as prompt",
        icon=":material/bookmark_add:",
        type="tertiary",
        disabled=not text.strip(),
        help="Keep this text in the library, to start from it again",
    )
    with menu:
        variables_line(text)
        name_fields(_SAVE_KEY)
        st.button("Save", key=f"{_SAVE_KEY}-now", on_click=_save, args=(text,))


def name_fields(key: str) -> None:
    """Name, description and whether others may use it, in the widgets `key`-name and so on."""
    st.text_input("Name", key=f"{key}-name", max_chars=MAX_NAME_CHARS)
    st.text_input(
        "Description",
        key=f"{key}-description",
        max_chars=MAX_DESCRIPTION_CHARS,
        placeholder="What it is for (optional)",
    )
    st.toggle("Shared", key=f"{key}-shared", help="Everybody may use it; only you edit it.")


def variables_line(text: str) -> None:
    """Which variables the text has, or what is odd about them."""
    with shown():
        names = variables_of(text)
        listed = ", ".join(plain(name) for name in names)
        st.caption(f"Variables: {listed}" if names else f"No variables. {VARIABLES_HELP}")


def create(key: str, text: str) -> bool:
    """Make the prompt that the fields describe and empty them; False where it was refused."""
    actor = require(Permission.EDIT_PROMPTS)
    state = st.session_state
    with shown():
        made = workbench().prompts.create(
            actor,
            state[f"{key}-name"],
            text,
            state[f"{key}-description"],
            state[f"{key}-shared"],
        )
        state[f"{key}-name"] = state[f"{key}-description"] = ""
        state[f"{key}-shared"] = False
        st.toast(f"“{plain(made.name)}” is saved.")
        return True
    return False


def _save(text: str) -> None:
    create(_SAVE_KEY, text)
