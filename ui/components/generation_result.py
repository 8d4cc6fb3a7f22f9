"""A generation on the page: its text, and the quiet lines under it."""

import streamlit as st

from core.generation.types import GenerationRun, SamplingParams
from core.permissions import Actor
from core.runs.types import RunStatus
from ui.components.tokenstream import token_stream
from ui.resources import workbench
from ui.text import plain

_KEY = "generation-text"
_RECORDED_WITHIN_S = 5.0


def generation_result(actor: Actor, run: GenerationRun) -> GenerationRun:
    """Text, parameters and timings. Returns the run as it stands when the text has ended."""
    seen = token_stream(run, key=_KEY)
    if run.status is RunStatus.RUNNING and seen == run.id:
        run = workbench().generation.wait(actor, run.id, _RECORDED_WITHIN_S)
    st.caption(_settings(run))
    if run.status is not RunStatus.RUNNING:
        st.caption(_timings(run))
    return run


def _settings(run: GenerationRun) -> str:
    params, usual = run.params, SamplingParams()
    parts = [
        f"{plain(run.model)} `{run.revision[:8]}`",
        f"seed `{params.seed}`",
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
    return " · ".join(parts)


def _timings(run: GenerationRun) -> str:
    words = {"queue": "waited", "first_token": "first token after", "total": "in all"}
    parts = [
        f"Tokens: {run.usage.prompt_tokens} in the prompt, {run.usage.completion_tokens} written"
    ]
    parts += [
        f"{word} {_duration(run.timings_ms[name])}"
        for name, word in words.items()
        if run.timings_ms.get(name) is not None
    ]
    return " · ".join(parts)


def _duration(ms: float) -> str:
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"
