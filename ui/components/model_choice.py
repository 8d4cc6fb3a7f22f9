"""Choosing a model, with a quiet line of what it is."""

import streamlit as st

from core.errors import Unavailable
from core.inference.types import ModelInfo
from core.runs.types import Task
from ui.components.status import state_words
from ui.resources import workbench
from ui.text import facts, plain

_BEYOND = {Task.DETECTION: "photographs", Task.GENERATION: "free text"}
_KINDS = {
    Task.DETECTION: "a zero-shot detector of the Grounding DINO or OWL kind",
    Task.GENERATION: "a causal language model",
}


def model_choice(task: Task, *, key: str) -> ModelInfo:
    """The model picked, with a word about it; raises as `picked_model`."""
    info = picked_model(task, key=key)
    about_model(info)
    return info


def picked_model(task: Task, *, key: str) -> ModelInfo:
    """Raises `Unavailable` where no model of that kind is set up."""
    infos = {info.id: info for info in workbench().models.infos() if info.task is task}
    if not infos:
        raise Unavailable(f"No model for {task} is set up; add one to `models.toml`.")
    if st.session_state.get(key) not in infos:
        st.session_state[key] = next(iter(infos))
    picked = st.selectbox(
        "Model",
        list(infos),
        format_func=lambda name: _named(infos[name]),
        key=key,
        persist_state="session",
    )
    return infos[picked]


def about_model(info: ModelInfo) -> None:
    """Its state, device and size, why it is away, and what a bundled one is for."""
    st.caption(facts(state_words(info), plain(info.device), size_of(info)), help=_help(info))
    if info.reason:
        st.caption(plain(info.reason))
    if info.bundled:
        st.caption(_bundled(info))


def _named(info: ModelInfo) -> str:
    return info.id if info.state.usable else f"{info.id} (unavailable)"


def size_of(info: ModelInfo) -> str:
    """Its number of parameters, or "" before it is known."""
    return f"{_count(info.parameters)} parameters" if info.parameters else ""


def _bundled(info: ModelInfo) -> str:
    """What it is for, in its card's words, and where a larger one is named."""
    purpose = plain(info.purpose or "A small model")
    start = f"Bundled: {purpose[0].lower()}{purpose[1:]}"
    return f"{start}. For {_BEYOND[info.task]}, add a larger model to `models.toml`."


def _help(info: ModelInfo) -> str:
    lines = [f"Revision `{info.revision[:12]}`"] if info.revision else []
    lines.append(
        f"`models.toml` lists the models on offer. `source` there may name any folder or Hub id of "
        f"{_KINDS[info.task]}; the README shows how, under “Larger models”."
    )
    return "\n\n".join(lines)


def _count(number: int) -> str:
    for size, unit in ((10**9, "billion"), (10**6, "million")):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number:,}"
