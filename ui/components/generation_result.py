"""A generation on the page: its text, and the quiet lines under it."""

from dataclasses import replace

import streamlit as st

from core.generation.types import GenerationRun, SamplingParams
from core.permissions import Actor
from core.runs.types import RunStatus
from ui.components.tokenstream import token_stream
from ui.errors import shown
from ui.opened import show_generation
from ui.resources import workbench
from ui.text import facts, plain

_KEY = "generation-text"
_RECORDED_WITHIN_S = 5.0
_WORTH_SAYING_MS = 100


def generation_result(actor: Actor, run: GenerationRun) -> GenerationRun:
    """The text. Returns the run as it stands when the text has ended."""
    seen = token_stream(run, key=_KEY)
    if run.status is RunStatus.RUNNING and seen.finished == run.id:
        run = workbench().generation.wait(actor, run.id, _RECORDED_WITHIN_S)
    return run


def facts_and_again(actor: Actor, run: GenerationRun) -> None:
    """How it was made and what it took, in one quiet line; and the way to the next one."""
    ended = run.status is not RunStatus.RUNNING
    with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        st.caption(facts(*settings_facts(run), *(timing_facts(run) if ended else ())))
        if ended and st.button(
            "Again",
            key="generation-again",
            icon=":material/refresh:",
            help="The same prompt and settings with a new seed",
        ):
            with shown():
                _again(actor, run)


def _again(actor: Actor, run: GenerationRun) -> None:
    newly = replace(run.params, seed=None)
    started = workbench().generation.start(actor, run.messages or run.prompt, newly, run.model)
    show_generation(started.id)
    st.rerun()


def settings_facts(run: GenerationRun) -> list[str]:
    """The model and how words were drawn; what stands as usual is left out."""
    params, usual = run.params, SamplingParams()
    parts = [
        f"{plain(run.model)} {run.revision[:8]}",
        f"seed {params.seed}",
        f"temperature {params.temperature:g}",
    ]
    if params.top_p != usual.top_p:
        parts.append(f"top-p {params.top_p:g}")
    if params.top_k != usual.top_k:
        parts.append(f"top-k {params.top_k}")
    if params.repetition_penalty != usual.repetition_penalty:
        parts.append(f"repetition penalty {params.repetition_penalty:g}")
    if params.stop:
        parts.append("stops at " + ", ".join(f"“{plain(stop)}”" for stop in params.stop))
    return parts


def timing_facts(run: GenerationRun) -> list[str]:
    """How much was read, and how long it took."""
    parts = [f"{run.usage.prompt_tokens} prompt tokens"]
    queued, total = run.timings_ms.get("queue"), run.timings_ms.get("total")
    if queued is not None and queued >= _WORTH_SAYING_MS:
        parts.append(f"waited {_duration(queued)}")
    if total is not None:
        parts.append(f"{_duration(total)} in all")
    return parts


def _duration(ms: float) -> str:
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"
