"""The quiet line: which models there are, where they run, whether they are ready."""

import streamlit as st

from core.inference.addresses import REMOTE
from core.inference.types import ModelInfo, ModelState
from ui.resources import workbench
from ui.text import plain

_STATES = {
    ModelState.WAITING: "not loaded yet",
    ModelState.LOADING: "loading",
    ModelState.READY: "ready",
    ModelState.UNAVAILABLE: "unavailable",
    ModelState.UNLOADING: "being unloaded",
    ModelState.UNLOADED: "unloaded",
}


def state_words(info: ModelInfo) -> str:
    """How a model stands; one on another server is never loaded, only asked."""
    if info.state is ModelState.WAITING and info.device == REMOTE:
        return "failed when last asked" if info.reason else "not asked yet"
    return _STATES[info.state]


def model_line(info: ModelInfo) -> str:
    """As in “shapes · ready · cpu”, in Markdown."""
    return " · ".join(filter(None, (plain(info.id), state_words(info), plain(info.device))))


def model_lines() -> None:
    st.caption("  \n".join(model_line(info) for info in workbench().models.infos()))
