"""Under a finished generation: the ways on from it, and how it was made."""

from collections.abc import Callable

import streamlit as st

from core.generation.types import FinishReason, GenerationRun
from core.permissions import Actor, Permission
from core.runs.types import RunStatus, Task
from ui.components import sampling
from ui.components.generation_result import ENDINGS, settings_facts, timing_facts
from ui.components.generation_start import edit
from ui.errors import shown
from ui.guard import require
from ui.opened import show_generation
from ui.resources import workbench
from ui.text import facts


def actions(actor: Actor, run: GenerationRun) -> None:
    """Each starts a run that is linked to this one, or readies the fields for it."""
    bench = workbench().generation
    with st.container(horizontal=True, gap="xsmall"):
        output = _continue(run)
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
        _seed(run)
    if output is not None:
        _follow(lambda: bench.carry_on(actor, run.id, output))
    if again:
        _follow(lambda: bench.again(actor, run.id))


def run_facts(run: GenerationRun) -> None:
    """How it was made and what it took, in one quiet line."""
    ended = run.status is not RunStatus.RUNNING
    st.caption(facts(*settings_facts(run), *(timing_facts(run) if ended else ())))


def _continue(run: GenerationRun) -> int | None:
    """The output to be written on, once that is asked for."""
    open_ended = [at for at in range(len(run.outputs)) if _may_go_on(run, at)]
    why_not = _why_not_continued(run, open_ended)
    key, icon = "generation-continue", ":material/resume:"
    more = f"Writes on where the text ended, up to {run.params.max_new_tokens} tokens more"
    if len(open_ended) > 1 and not why_not:
        return st.menu_button(
            "Continue",
            open_ended,
            key=f"{key}-one-of",
            icon=icon,
            help=more,
            format_func=lambda at: f"Output {at + 1}, {_ending(run, at)}",
        )
    clicked = st.button(
        "Continue", key=key, icon=icon, disabled=bool(why_not), help=why_not or more
    )
    return open_ended[0] if clicked else None


def _may_go_on(run: GenerationRun, output: int) -> bool:
    written = run.outputs[output]
    return bool(written.text) and written.finish_reason is not FinishReason.STOP


def _why_not_continued(run: GenerationRun, open_ended: list[int]) -> str | None:
    if not open_ended:
        return "The text ended by itself, so nothing follows"
    offered = (info for info in workbench().models.infos() if info.task is Task.GENERATION)
    info = next((info for info in offered if info.id == run.model), None)
    if info is None:
        return "The model is not on offer any more"
    if info.abilities and not info.abilities.leads:
        return "Not available: the model's server cannot write on from a given text"
    return None


def _ending(run: GenerationRun, output: int) -> str:
    reason = run.outputs[output].finish_reason
    return ENDINGS[reason] if reason else ""


def _seed(run: GenerationRun) -> None:
    if run.params.seed is not None:
        st.button(
            "Use this seed",
            key="generation-use-seed",
            type="tertiary",
            help=f"Puts the seed {run.params.seed} into its field: the same prompt and settings "
            "then give the same text",
            on_click=_use_seed,
            args=(run.params.seed,),
        )


def _use_seed(seed: int) -> None:
    require(Permission.GENERATE)
    sampling.use_seed(seed)


def _follow(begin: Callable[[], GenerationRun]) -> None:
    """Begin a run and show it; what goes wrong is said here."""
    with shown():
        show_generation(begin().id)
        st.rerun()
