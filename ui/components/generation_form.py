"""What a generation starts from: a prompt, with examples, and a model."""

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from core.generation.types import GenerationRun
from core.inference.types import ModelInfo
from core.permissions import Permission
from core.runs.types import Task
from ui.components import chat_fields, sampling
from ui.components.model_choice import model_choice
from ui.guard import require
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


def prompt_field(info: ModelInfo, max_chars: int) -> str:
    """The prompt as typed, or as an example put it."""
    st.session_state.setdefault(_PROMPT_KEY, "")
    prompt = st.text_area(
        "Prompt",
        key=_PROMPT_KEY,
        height=88,
        max_chars=max_chars,
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


def fill_from(run: GenerationRun) -> None:
    """Let the fields stand as they stood for `run`; to be called before they are drawn."""
    st.session_state[_PROMPT_KEY] = chat_fields.fill_from(run)
    st.session_state[_MODEL_KEY] = run.model
    sampling.fill_from(run.params)


def _take_example() -> None:
    require(Permission.GENERATE)
    picked = st.session_state[_EXAMPLE_KEY]
    if picked:
        st.session_state[_PROMPT_KEY] = EXAMPLES[picked]
        st.session_state[_EXAMPLE_KEY] = None
