"""Choosing a model, with a quiet line of what it is."""

import streamlit as st

from core.errors import Unavailable
from core.inference.catalog import bundled_purpose
from core.inference.types import ModelInfo, ModelState
from core.runs.types import Task
from ui.components.status import model_line
from ui.resources import workbench
from ui.text import plain

_BEYOND = {Task.DETECTION: "photographs", Task.GENERATION: "free text"}
_KINDS = {
    Task.DETECTION: "a zero-shot detector of the Grounding DINO or OWL kind",
    Task.GENERATION: "a causal language model",
}


def model_choice(task: Task, *, key: str) -> ModelInfo:
    """The model picked; its line says size, device, state, and what the bundled one is for.

    Raises `Unavailable` where no model of that kind is set up.
    """
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
    info = infos[picked]
    st.caption(_facts(info), help=_help(info))
    if info.bundled:
        st.caption(_bundled(info))
    return info


def _named(info: ModelInfo) -> str:
    return info.id if info.state is not ModelState.UNAVAILABLE else f"{info.id} (unavailable)"


def _facts(info: ModelInfo) -> str:
    size = size_of(info)
    return model_line(info) + (f" · {size}" if size else "")


def size_of(info: ModelInfo) -> str:
    """Its number of parameters, or "" before it is known."""
    return f"{_count(info.parameters)} parameters" if info.parameters else ""


def _bundled(info: ModelInfo) -> str:
    """What it is for, in its card's words, and where a larger one is named."""
    purpose = plain(bundled_purpose(info) or "A small model")
    start = f"Bundled: {purpose[0].lower()}{purpose[1:]}"
    return f"{start}. For {_BEYOND[info.task]}, add a larger model to `models.toml`."


def _help(info: ModelInfo) -> str:
    lines = [f"Revision `{info.revision[:12]}`"] if info.revision else []
    if info.reason:
        lines.append(plain(info.reason))
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
