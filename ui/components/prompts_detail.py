"""One prompt beside the list: whose it is, its versions, and what can be done with it."""

from uuid import UUID

import streamlit as st

from core.permissions import Actor
from core.prompts.comparison import changes
from core.prompts.types import Prompt, PromptVersion
from ui.components.prompts_actions import actions
from ui.components.prompts_edit import edit_fields
from ui.components.prompts_table import whose
from ui.components.prompts_view import Show, View, show
from ui.resources import workbench
from ui.text import facts, plain


def prompt_detail(actor: Actor, view: View, prompt_id: UUID) -> None:
    """The prompt that the address names. Raises `NotFound` where the actor sees no such one."""
    prompt = workbench().prompts.get(actor, prompt_id)
    with st.container(border=True):
        _head(prompt)
        if view.show is Show.EDIT and prompt.own and not prompt.archived:
            edit_fields(prompt)
            return
        if prompt.description:
            st.write(plain(prompt.description))
        version = _choice(prompt)
        actions(actor, prompt, version)
        _text(prompt, version)


def _head(prompt: Prompt) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.markdown(f"**{plain(prompt.name)}**", width="content")
        st.button(
            "Close",
            key="prompts-close",
            type="tertiary",
            icon=":material/close:",
            on_click=show,
            args=(View(show=Show.ARCHIVED if prompt.archived else None),),
        )
    noun = "version" if len(prompt.versions) == 1 else "versions"
    st.caption(
        facts(
            plain(whose(prompt)),
            f"{len(prompt.versions)} {noun}",
            "archived" if prompt.archived else "",
        )
    )


def _choice(prompt: Prompt) -> PromptVersion:
    """The version chosen, the newest at first."""
    versions = {each.number: each for each in prompt.versions}
    number = st.selectbox(
        "Version",
        list(versions),
        format_func=lambda number: _listed(versions[number]),
        key=f"prompts-version-{prompt.newest.id}",
        help="Uses are runs made from the version, by anybody; the rating is the mean of theirs.",
    )
    return versions[number]


def _listed(version: PromptVersion) -> str:
    """As in “2, of 2026-03-01: 12 uses, 4.2 ★ (5 ratings)”."""
    uses = f"{version.uses} use{'' if version.uses == 1 else 's'}"
    noun = "rating" if version.ratings == 1 else "ratings"
    rated = "" if version.rating is None else f", {version.rating:.1f} ★ ({version.ratings} {noun})"
    return f"{version.number}, of {version.created_at:%Y-%m-%d}: {uses}{rated}"


def _text(prompt: Prompt, version: PromptVersion) -> None:
    st.code(version.text, language=None, wrap_lines=True)
    by = f"by {plain(version.author)}" if version.author else ""
    st.caption(facts(f"{version.created_at:%Y-%m-%d %H:%M} UTC", by))
    before = next((one for one in prompt.versions if one.number == version.number - 1), None)
    if before:
        with st.expander(f"Changes since version {before.number}"):
            st.code(changes(before.text, version.text), language="diff", wrap_lines=True)
