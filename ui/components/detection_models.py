"""Every detector that is set up: size, device, state, and why it is away."""

import streamlit as st

from core.inference.types import ModelInfo
from core.runs.types import Task
from ui.components.model_choice import size_of
from ui.components.status import STATE_WORDS
from ui.resources import workbench
from ui.text import facts, plain


def model_list() -> None:
    infos = [info for info in workbench().models.infos() if info.task is Task.DETECTION]
    with st.popover(f"All models ({len(infos)})", icon=":material/list:", type="tertiary"):
        for info in infos:
            st.markdown(_told(info))
        st.caption("One `[[detector]]` in `models.toml` for each; the first is the default.")


def _told(info: ModelInfo) -> str:
    name = (
        f"**{plain(info.id)}** {facts(STATE_WORDS[info.state], plain(info.device), size_of(info))}"
    )
    reason = plain(info.reason) if info.reason else ""
    source = f":small[:gray[{plain(info.source)}]]"
    return "  \n".join(filter(None, (name, reason, source)))
