"""The fields of a prompt, wherever one is made or edited; and the way to keep a typed text."""

import streamlit as st

from core.permissions import Actor, Permission
from core.prompts.checks import MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS, MAX_TEXT_CHARS
from core.prompts.rendering import variables_of
from core.prompts.types import Prompt
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.text import plain

SHARED_HELP = "Everybody may use it; only you edit it."
_HINT = "{{text}}, or any other name in double braces, is a place to be filled in each time."
_SAVE = "generation-save"


def save_as_prompt(actor: Actor, text: str) -> None:
    """A button that keeps a typed `text` in the library; nothing for those who may not."""
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
        name_fields(_SAVE)
        shared_field(_SAVE)
        st.button("Save", key=f"{_SAVE}-now", on_click=_save, args=(text,))


def name_fields(key: str) -> None:
    """In the widgets `key`-name and `key`-description."""
    st.text_input("Name", key=f"{key}-name", max_chars=MAX_NAME_CHARS, persist_state="session")
    st.text_input(
        "Description",
        key=f"{key}-description",
        max_chars=MAX_DESCRIPTION_CHARS,
        placeholder="what it is for (optional)",
        persist_state="session",
    )


def shared_field(key: str) -> None:
    """In the widget `key`-shared."""
    st.toggle("Shared", key=f"{key}-shared", help=SHARED_HELP, persist_state="session")


def text_field(key: str) -> str:
    """The text as it stands in the widget `key`-text, and under it the variables it has."""
    text = st.text_area(
        "Text",
        key=f"{key}-text",
        max_chars=MAX_TEXT_CHARS,
        height=240,
        placeholder="Summarise this in one sentence: {{text}}",
        persist_state="session",
    )
    variables_line(text or "")
    return text or ""


def variables_line(text: str) -> None:
    """Which variables the text has, or what is odd about them."""
    with shown():
        names = ", ".join(plain(name) for name in variables_of(text))
        st.caption(f"Variables: {names}" if names else f"No variables. {_HINT}")


def create(key: str, text: str) -> Prompt | None:
    """Make the prompt that the widgets `key` describe and empty them; None where it is refused."""
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
        return made
    return None


def _save(text: str) -> None:
    create(_SAVE, text)
