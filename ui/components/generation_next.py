"""From a run shown to the one that follows it."""

from collections.abc import Callable

import streamlit as st

from core.generation.types import GenerationRun
from core.runs.types import Task
from ui.errors import shown
from ui.opened import show_generation
from ui.resources import workbench


def follow(begin: Callable[[], GenerationRun]) -> None:
    """Begin a run and show it; what goes wrong is said here."""
    with shown():
        show_generation(begin().id)
        st.rerun()


def why_not_written_on(run: GenerationRun) -> str | None:
    """Why the run's model cannot go on from a given place of its text; None where it can."""
    infos = workbench().models.infos()
    offered = (info for info in infos if info.task is Task.GENERATION and info.id == run.model)
    info = next(offered, None)
    if info is None:
        return "The model is not on offer any more"
    if info.abilities and not info.abilities.leads:
        return "Not available: the model's server cannot write on from a given text"
    return None
