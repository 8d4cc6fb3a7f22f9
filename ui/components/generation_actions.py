"""Under a finished generation: the ways on from it, and how it was made."""

from collections.abc import Callable

import streamlit as st

from core.generation.types import GenerationRun
from core.permissions import Actor, Permission
from core.runs.types import RunStatus
from ui.components import sampling
from ui.components.generation_result import settings_facts, timing_facts
from ui.components.generation_start import edit
from ui.errors import shown
from ui.guard import require
from ui.opened import show_generation
from ui.resources import workbench
from ui.text import facts


def actions(actor: Actor, run: GenerationRun) -> None:
    """Each starts a run that is linked to this one, or readies the fields for it."""
    with st.container(horizontal=True, gap="xsmall"):
        again = st.button(
            "Again",
            key="generation-again",
            icon=":material/refresh:",
            help="A new run of the same prompt and settings, with a new seed",
        )
        st.button(
            "Edit and resend",
            key="generation-edit",
            icon=":material/edit:",
            help="Puts this prompt and these settings into the fields, to be changed and run",
            on_click=edit,
            args=(run,),
        )
    if again:
        _follow(lambda: workbench().generation.again(actor, run.id))


def run_facts(run: GenerationRun) -> None:
    """How it was made and what it took, in one quiet line, and the way to its seed."""
    ended = run.status is not RunStatus.RUNNING
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(facts(*settings_facts(run), *(timing_facts(run) if ended else ())))
        if run.params.seed is not None:
            st.button(
                "Use this seed",
                key="generation-use-seed",
                type="tertiary",
                help="Puts the seed into its field: the same prompt and settings then give the "
                "same text",
                on_click=_use_seed,
                args=(run.params.seed,),
            )


def _follow(begin: Callable[[], GenerationRun]) -> None:
    """Begin a run and show it; what goes wrong is said here."""
    with shown():
        show_generation(begin().id)
        st.rerun()


def _use_seed(seed: int) -> None:
    require(Permission.GENERATE)
    sampling.use_seed(seed)
