"""What a generation starts from: a prompt, with examples, and a model."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import streamlit as st

from core.generation.types import GenerationRun, Message
from core.inference.types import ModelInfo
from core.permissions import Permission
from core.runs.types import Task
from ui.components import sampling
from ui.components.model_choice import model_choice
from ui.guard import require

_PROMPT_KEY = "generation-prompt"
_EXAMPLE_KEY = "generation-example"
_MODEL_KEY = "generation-model"
_CHAT_KEY = "generation-as-chat"

EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "Report": "Findings: 3 red circle; 1 blue star. Report:",
        "Report with scores": "Findings: 2 nodule (0.91, 0.47); 1 fracture (0.66). Report:",
        "Question": "Findings: 5 car; 2 bicycle; 1 dog. How many objects are there? Answer:",
        "Nothing found": "Findings: none. Report:",
    }
)
"""What the bundled writer was made for."""


def prompt_field(max_chars: int) -> str:
    """The prompt as typed, or as an example put it."""
    st.session_state.setdefault(_PROMPT_KEY, "")
    prompt = st.text_area(
        "Prompt",
        key=_PROMPT_KEY,
        height=88,
        max_chars=max_chars,
        placeholder=EXAMPLES["Report"],
        persist_state="session",
    )
    st.pills(
        "Examples for the bundled writer",
        list(EXAMPLES),
        key=_EXAMPLE_KEY,
        on_change=_take_example,
        wrap=True,
        help="A click puts the example into the prompt.",
    )
    return prompt or ""


def model_field() -> ModelInfo:
    """Raises `Unavailable` where there is no model."""
    return model_choice(Task.GENERATION, key=_MODEL_KEY)


def as_asked(prompt: str, info: ModelInfo) -> str | Sequence[Message]:
    """The prompt as it goes to the model: text to carry on, or one message of a chat."""
    if not info.chat_template or info.bundled:
        return prompt
    as_chat = st.toggle(
        "Ask as in a chat",
        value=True,
        key=_CHAT_KEY,
        help="On: the model answers the prompt. Off: it carries the text on.",
        persist_state="session",
    )
    return (Message("user", prompt),) if as_chat and prompt.strip() else prompt


def fill_from(run: GenerationRun) -> None:
    """Let the fields stand as they stood for `run`; to be called before they are drawn."""
    st.session_state[_PROMPT_KEY] = run.prompt
    st.session_state[_MODEL_KEY] = run.model
    sampling.fill_from(run.params)


def _take_example() -> None:
    require(Permission.GENERATE)
    picked = st.session_state[_EXAMPLE_KEY]
    if picked:
        st.session_state[_PROMPT_KEY] = EXAMPLES[picked]
        st.session_state[_EXAMPLE_KEY] = None
