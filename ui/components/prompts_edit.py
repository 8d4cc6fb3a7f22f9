"""Writing prompts: a new one, a copy of one, or the next version of one's own."""

import streamlit as st

from core.permissions import Permission
from core.prompts.checks import MAX_NAME_CHARS
from core.prompts.comparison import changes
from core.prompts.types import Prompt, PromptVersion
from ui.components.prompt_form import create, name_fields, shared_field, text_field
from ui.components.prompts_view import Show, View, show
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.text import shortened

_NEW = "prompts-new"
_COPY = " (copy)"


def new_fields() -> None:
    """A prompt that is not there yet."""
    with st.container(border=True):
        st.markdown("**New prompt**")
        name_fields(_NEW)
        text_field(_NEW)
        shared_field(_NEW)
        with st.container(horizontal=True):
            st.button("Create", key=f"{_NEW}-create", type="primary", on_click=_create)
            st.button("Cancel", key=f"{_NEW}-cancel", on_click=show, args=(View(),))


def edit_fields(prompt: Prompt) -> None:
    """Name, description and text of a prompt; changes of the text are shown before they are kept.

    What is typed stays while the browser tab lives, also where another tab saves a version.
    """
    if f"{_key(prompt)}-text" not in st.session_state:
        _fill(prompt)
    name_fields(_key(prompt))
    text, newest = text_field(_key(prompt)), prompt.newest
    with st.container(horizontal=True):
        st.button("Save", key="prompts-save", type="primary", on_click=_save, args=(prompt,))
        st.button("Cancel", key="prompts-cancel", on_click=show, args=(View(prompt.id),))
    if text == newest.text:
        st.caption(f"The text is that of version {newest.number}.")
    else:
        st.caption(f"Changes since version {newest.number}, to be version {newest.number + 1}:")
        st.code(changes(newest.text, text), language="diff", wrap_lines=True)


def edit(prompt: Prompt) -> None:
    """Callback: let the fields stand at the prompt as it is."""
    _fill(prompt)
    show(View(prompt.id, Show.EDIT))


def copy(prompt: Prompt, version: PromptVersion) -> None:
    """Callback: let the fields of a new prompt stand at this version."""
    name = shortened(prompt.name, MAX_NAME_CHARS - len(_COPY)) + _COPY
    _set(_NEW, name=name, description=prompt.description, text=version.text)
    show(View(show=Show.NEW))


def _create() -> None:
    made = create(_NEW, st.session_state[f"{_NEW}-text"])
    if made:
        st.session_state[f"{_NEW}-text"] = ""
        show(View(made.id))


def _save(prompt: Prompt) -> None:
    actor = require(Permission.EDIT_PROMPTS)
    typed = {part: st.session_state[f"{_key(prompt)}-{part}"] for part in ("name", "description")}
    with shown():
        workbench().prompts.revise(actor, prompt.id, st.session_state[f"{_key(prompt)}-text"])
        workbench().prompts.change(actor, prompt.id, **typed)
        show(View(prompt.id))


def _fill(prompt: Prompt) -> None:
    _set(_key(prompt), name=prompt.name, description=prompt.description, text=prompt.newest.text)


def _set(key: str, **parts: str) -> None:
    for part, value in parts.items():
        st.session_state[f"{key}-{part}"] = value


def _key(prompt: Prompt) -> str:
    return f"prompts-edit-{prompt.id}"
