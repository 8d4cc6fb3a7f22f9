"""Under a finished generation: the ways on from it, and how it was made."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import streamlit as st

from core.generation.types import FinishReason, GenerationRun
from core.permissions import Actor, Permission
from core.runs.types import RunStatus
from ui.components import sampling
from ui.components.export_links import text_downloads
from ui.components.generation_next import follow, why_not_written_on
from ui.components.generation_result import settings_facts, timing_facts
from ui.components.generation_start import edit
from ui.guard import require
from ui.resources import workbench
from ui.text import facts

_CUT_SHORT: Mapping[FinishReason | None, str] = MappingProxyType(
    {
        FinishReason.LENGTH: "token limit reached",
        FinishReason.CANCELLED: "stopped",
        FinishReason.TIMEOUT: "timed out",
        FinishReason.ERROR: "failed",
    }
)
"""The ends after which something more may follow."""


def actions(actor: Actor, run: GenerationRun) -> None:
    """Each starts a run that is linked to this one, or readies the fields for it."""
    service = workbench().generation
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
        text_downloads(actor, run.id, run.status)
    if output is not None:
        follow(lambda: service.carry_on(actor, run.id, output))
    if again:
        follow(lambda: service.again(actor, run.id))


def run_facts(run: GenerationRun) -> None:
    """How it was made and what it took, in one quiet line."""
    ended = run.status is not RunStatus.RUNNING
    st.caption(facts(*settings_facts(run), *(timing_facts(run) if ended else ())))


def _continue(run: GenerationRun) -> int | None:
    """The output to be written on, once that is asked for."""
    cut = [at for at, one in enumerate(run.outputs) if one.text and one.finish_reason in _CUT_SHORT]
    why_not = why_not_written_on(run) if cut else "No text was cut short"
    more = f"A new run that writes on from the end, up to {run.params.max_new_tokens} tokens more"
    if len(cut) > 1 and not why_not:
        return _continue_one_of(run, cut, more)
    clicked = st.button(
        "Continue",
        key="generation-continue",
        icon=":material/resume:",
        disabled=bool(why_not),
        help=why_not or more,
    )
    return cut[0] if clicked else None


def _continue_one_of(run: GenerationRun, outputs: Sequence[int], more: str) -> int | None:
    return st.menu_button(
        "Continue",
        outputs,
        key="generation-continue-one-of",
        icon=":material/resume:",
        help=more,
        format_func=lambda at: f"Output {at + 1}, {_CUT_SHORT[run.outputs[at].finish_reason]}",
    )


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
