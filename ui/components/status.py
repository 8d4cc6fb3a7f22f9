"""The quiet line: which models there are, where they run, whether they are ready."""

import streamlit as st

from core.inference.types import ModelInfo, ModelState
from ui.resources import workbench
from ui.text import plain

STATE_WORDS = {
    ModelState.WAITING: "not loaded yet",
    ModelState.LOADING: "loading",
    ModelState.READY: "ready",
    ModelState.UNAVAILABLE: "unavailable",
}


def model_line(info: ModelInfo) -> str:
    """As in “shapes · ready · cpu”, in Markdown."""
    parts = [plain(info.id), STATE_WORDS[info.state]]
    if info.state is ModelState.READY:
        parts.append(plain(info.device))
    return " · ".join(parts)


def model_lines() -> None:
    st.caption("  \n".join(model_line(info) for info in workbench().models.infos()))
