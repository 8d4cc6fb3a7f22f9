"""Where a generation starts: free text, or a prompt of the library with its variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import streamlit as st

from core.generation.types import GenerationRun, UsedPrompt
from core.permissions import Actor, Permission
from core.prompts.rendering import previewed
from core.prompts.types import Prompt, PromptVersion
from ui.guard import actor as current_actor
from ui.guard import require
from ui.resources import workbench
from ui.session import session
from ui.text import plain

_KEY = "generation-start-from"
_FREE = "free text"
_LONG = frozenset({"text", "code", "document", "article", "context", "task"})
"""Variables that are given an area of several lines."""
_SUCH_AS: Mapping[str, str] = MappingProxyType(
    {
        "findings": "3 red circle; 1 blue star",
        "question": "How many red circles are there?",
        "style": "plain words for somebody new to this",
        "fields": "name, date, amount",
        "language": "Python",
    }
)


@dataclass(frozen=True)
class PickedPrompt:
    """A version of a prompt and what stands in its fields, blank or not."""

    version: PromptVersion
    variables: Mapping[str, str]

    def written(self, actor: Actor) -> tuple[str, UsedPrompt]:
        """The prompt to start with. Raises `Invalid` where a variable is blank."""
        text = workbench().prompts.written(actor, self.version.id, self.variables)
        return text, UsedPrompt(self.version.id, self.variables)


def prompt_picker(actor: Actor) -> PickedPrompt | None:
    """The choice, and a field for each variable of what is chosen; None for free text.

    Blank fields are no error until the prompt is written.
    """
    prompts = workbench().prompts.visible(actor, counted=False)
    names = {_FREE: "Free text"} | {str(each.id): _listed(each) for each in prompts}
    if st.session_state.setdefault(_KEY, _FREE) not in names:
        st.session_state[_KEY] = _FREE
    chosen = st.selectbox(
        "Start from",
        list(names),
        format_func=names.__getitem__,
        key=_KEY,
        on_change=_take_newest,
        help="Prompts with fields to fill in; the page “Prompts” shows and edits them.",
        persist_state="session",
    )
    prompt = next((each for each in prompts if str(each.id) == chosen), None)
    if prompt is None:
        return None
    version = _version(prompt)
    picked = PickedPrompt(version, {name: _field(name) for name in version.variables})
    with st.expander("Preview of the text"):
        st.code(previewed(version.text, picked.variables), language=None, wrap_lines=True)
    return picked


def take(prompt: Prompt, version: PromptVersion) -> None:
    """Let the picker stand at this version from its next drawing on."""
    st.session_state[_KEY] = str(prompt.id)
    session().prompt_version = version.id


def fill_picker(run: GenerationRun) -> None:
    """Let the picker stand as it stood for `run`, before it is drawn.

    It stands at free text where the run was made without it, or from what is out of sight now.
    """
    st.session_state[_KEY] = _FREE
    used = run.used_prompt
    if used is None:
        return
    for prompt in workbench().prompts.visible(current_actor(), counted=False):
        for version in prompt.versions:
            if version.id == used.version_id:
                take(prompt, version)
                for name, value in used.variables.items():
                    st.session_state[_field_key(name)] = value


def _version(prompt: Prompt) -> PromptVersion:
    """The version picked, with a line that says which and of what; else the newest."""
    wanted = session().prompt_version
    version = next((each for each in prompt.versions if each.id == wanted), prompt.newest)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Version {version.number}. {plain(prompt.description)}")
        if version is not prompt.newest:
            st.button(
                f"Take version {prompt.newest.number}",
                key="generation-newest-version",
                type="tertiary",
                on_click=_take_newest,
            )
    return version


def _field(name: str) -> str:
    label = name.replace("_", " ").capitalize()
    key, most = _field_key(name), workbench().settings.max_prompt_chars
    if name.lower() in _LONG:
        typed = st.text_area(label, key=key, max_chars=most, height=120, persist_state="session")
    else:
        typed = st.text_input(
            label,
            key=key,
            max_chars=most,
            placeholder=_SUCH_AS.get(name.lower()),
            persist_state="session",
        )
    return typed or ""


def _listed(prompt: Prompt) -> str:
    """Its name, and quietly whose it is where it is not one's own."""
    return prompt.name if prompt.own else f"{prompt.name} · {prompt.owner or 'built in'}"


def _field_key(name: str) -> str:
    return f"generation-variable-{name}"


def _take_newest() -> None:
    require(Permission.GENERATE)
    session().prompt_version = None
