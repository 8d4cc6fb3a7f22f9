"""Choosing a model, with a quiet line of what it is."""

import streamlit as st

from core.errors import Unavailable
from core.inference.types import ModelInfo, ModelState
from core.runs.types import Task
from ui.components.status import model_line
from ui.resources import workbench
from ui.text import plain

_ABOUT_BUNDLED = {
    Task.DETECTION: "The bundled detector knows drawn shapes: a colour, a fill or a size, "
    "and a shape.",
    Task.GENERATION: "The bundled writer turns findings into short reports.",
}
_LARGER = {
    Task.DETECTION: "For photographs, name a larger detector in `models.toml`, such as "
    "`IDEA-Research/grounding-dino-tiny`.",
    Task.GENERATION: "For free text, name a larger writer in `models.toml`, such as "
    "`Qwen/Qwen2.5-0.5B-Instruct`.",
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
    about = f" {_ABOUT_BUNDLED[task]}" if info.bundled else ""
    st.caption(f"{_facts(info)}.{about}", help=_help(info))
    return info


def _named(info: ModelInfo) -> str:
    return info.id if info.state is not ModelState.UNAVAILABLE else f"{info.id} (unavailable)"


def _facts(info: ModelInfo) -> str:
    size = size_of(info)
    return model_line(info) + (f" · {size}" if size else "")


def size_of(info: ModelInfo) -> str:
    """Its number of parameters, or "" before it is known."""
    return f"{_count(info.parameters)} parameters" if info.parameters else ""


def _help(info: ModelInfo) -> str:
    lines = [f"Revision `{info.revision[:12]}`"] if info.revision else []
    if info.reason:
        lines.append(plain(info.reason))
    return "\n\n".join([*lines, _LARGER[info.task]])


def _count(number: int) -> str:
    for size, unit in ((10**9, "billion"), (10**6, "million")):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number:,}"
