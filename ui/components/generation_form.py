"""What a generation starts from: a prompt, typed or of the library, and a model."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import streamlit as st

from core.generation.types import GenerationRun, UsedPrompt
from core.inference.types import ModelInfo
from core.permissions import Actor, Permission
from core.runs.types import Task
from ui.components import chat_fields, sampling
from ui.components.chat_fields import Chat
from ui.components.model_choice import model_choice
from ui.components.prompt_form import save_as_prompt
from ui.components.prompt_picker import PickedPrompt, fill_picker, prompt_picker
from ui.guard import require
from ui.resources import workbench
from ui.text import plain

_PROMPT_KEY = "generation-prompt"
_EXAMPLE_KEY = "generation-example"
_MODEL_KEY = "generation-model"

EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "Report": "Findings: 3 red circle; 1 blue star. Report:",
        "Report with scores": "Findings: 2 nodule (0.91, 0.47); 1 fracture (0.66). Report:",
        "Question": "Findings: 5 car; 2 bicycle; 1 dog. How many objects are there? Answer:",
        "Nothing found": "Findings: none. Report:",
    }
)
"""What the bundled writer was made for."""


def model_field() -> ModelInfo:
    """Raises `Unavailable` where there is no model."""
    info = model_choice(Task.GENERATION, key=_MODEL_KEY)
    if info.abilities and info.abilities.note:
        st.caption(plain(info.abilities.note))
    return info


@dataclass(frozen=True)
class Wording:
    """What is to be sent: as typed, or a prompt of the library; and how."""

    typed: str
    picked: PickedPrompt | None
    chat: Chat

    def written(self, actor: Actor) -> tuple[str, UsedPrompt | None]:
        """Raises `Invalid` where a variable of the prompt picked is blank."""
        return self.picked.written(actor) if self.picked else (self.typed, None)


def wording_fields(actor: Actor, info: ModelInfo) -> Wording:
    """Free text or a prompt of the library, and whether it is asked as in a chat."""
    picked = prompt_picker(actor)
    typed = "" if picked else _prompt(info)
    with st.container(horizontal=True, vertical_alignment="center"):
        chat = chat_fields.chat_fields(info)
        if not picked:
            save_as_prompt(actor, typed)
    chat_fields.earlier_messages(chat)
    return Wording(typed, picked, chat)


def fill_from(run: GenerationRun) -> None:
    """Let the fields stand as they stood for `run`; to be called before they are drawn."""
    st.session_state[_PROMPT_KEY] = chat_fields.fill_from(run)
    fill_picker(run)
    st.session_state[_MODEL_KEY] = run.model
    sampling.fill_from(run.params)


def _prompt(info: ModelInfo) -> str:
    """As typed, or as an example put it."""
    st.session_state.setdefault(_PROMPT_KEY, "")
    prompt = st.text_area(
        "Prompt",
        key=_PROMPT_KEY,
        height=88,
        max_chars=workbench().settings.max_prompt_chars,
        placeholder=EXAMPLES["Report"] if info.bundled else "A question, or a text to carry on",
        persist_state="session",
    )
    if info.bundled:
        st.pills(
            "Examples for the bundled writer",
            list(EXAMPLES),
            key=_EXAMPLE_KEY,
            on_change=_take_example,
            wrap=True,
            help="A click puts the example into the prompt.",
        )
    return prompt or ""


def _take_example() -> None:
    require(Permission.GENERATE)
    picked = st.session_state[_EXAMPLE_KEY]
    if picked:
        st.session_state[_PROMPT_KEY] = EXAMPLES[picked]
        st.session_state[_EXAMPLE_KEY] = None
