"""What can be done with a prompt: used, edited, copied, shared, put away and brought back."""

import streamlit as st

from core.permissions import Actor, Permission
from core.prompts.types import Prompt, PromptVersion
from ui.components.prompt_form import SHARED_HELP
from ui.components.prompt_picker import take
from ui.components.prompts_edit import copy, edit
from ui.components.prompts_view import View, show
from ui.errors import shown
from ui.guard import require
from ui.navigation import spec
from ui.resources import workbench
from ui.session import session
from ui.text import plain


def actions(actor: Actor, prompt: Prompt, version: PromptVersion) -> None:
    """Only what the actor may do; an archived prompt can be restored and nothing else."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if prompt.archived:
            _restore_button("Restore", prompt)
            return
        _use(prompt, version)
        if prompt.own:
            st.button(
                "Edit", key="prompts-edit", icon=":material/edit:", on_click=edit, args=(prompt,)
            )
        st.button(
            "Copy",
            key="prompts-copy",
            icon=":material/content_copy:",
            help="Begin a prompt of your own with the text of this version",
            on_click=copy,
            args=(prompt, version),
        )
        if prompt.own or (prompt.shared and actor.may(Permission.MANAGE_PROMPTS)):
            st.button(
                "Archive",
                key="prompts-archive",
                icon=":material/archive:",
                help="Takes it out of everybody's lists; it can be restored. Runs stay.",
                on_click=_archive,
                args=(prompt,),
            )
        if prompt.own:
            _share_toggle(prompt)


def undo_archiving() -> None:
    """The way back from what was put away last."""
    prompt = session().archived_prompt
    if prompt is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        _restore_button("Undo", prompt)
        st.caption(f"“{plain(prompt.name)}” is archived.")


def _use(prompt: Prompt, version: PromptVersion) -> None:
    clicked = st.button(
        "Use",
        key="prompts-use",
        type="primary",
        icon=":material/edit_note:",
        help=f"Start a text from version {version.number}",
    )
    if clicked:
        take(prompt, version)
        st.switch_page(spec("generation").page())


def _share_toggle(prompt: Prompt) -> None:
    key = f"prompts-shared-{prompt.id}"
    st.session_state[key] = prompt.shared
    st.toggle(
        "Shared",
        key=key,
        help=SHARED_HELP,
        on_change=_set_shared,
        args=(prompt, key),
    )


def _restore_button(label: str, prompt: Prompt) -> None:
    st.button(
        label,
        key=f"prompts-{label.lower()}",
        icon=":material/unarchive:",
        on_click=_restore,
        args=(prompt,),
    )


def _set_shared(prompt: Prompt, key: str) -> None:
    actor = require(Permission.EDIT_PROMPTS)
    with shown():
        workbench().prompts.change(actor, prompt.id, shared=st.session_state[key])


def _archive(prompt: Prompt) -> None:
    actor = require(Permission.EDIT_PROMPTS)
    with shown():
        workbench().prompts.change(actor, prompt.id, archived=True)
        show(View())
        session().archived_prompt = prompt


def _restore(prompt: Prompt) -> None:
    actor = require(Permission.EDIT_PROMPTS)
    with shown():
        workbench().prompts.change(actor, prompt.id, archived=False)
        show(View(prompt.id))
