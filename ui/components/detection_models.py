"""Every detector that is set up: size, device, state, and why it is away."""

import streamlit as st

from core.inference.types import ModelInfo
from core.runs.types import Task
from ui.components.model_choice import size_of
from ui.components.status import state_words
from ui.resources import workbench
from ui.text import facts, plain


def model_list() -> None:
    """Nothing where there is one model only: the choice has told all of it."""
    infos = [info for info in workbench().models.infos() if info.task is Task.DETECTION]
    if len(infos) < 2:
        return
    with st.popover(f"All models ({len(infos)})", icon=":material/list:", type="tertiary"):
        for place, info in enumerate(infos):
            st.markdown(_told(info, default=place == 0))


def _told(info: ModelInfo, *, default: bool) -> str:
    name = f"**{plain(info.id)}**{' (default)' if default else ''}"
    line = facts(name, state_words(info), plain(info.device), size_of(info))
    reason = plain(info.reason) if info.reason else ""
    source = f"`{info.source.replace('`', '')}`"  # as code: an address must not become a link
    return "  \n".join(filter(None, (line, reason, source)))
