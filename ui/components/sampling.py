"""How the writer draws its words, in plain words."""

import streamlit as st

from core.errors import Invalid
from core.generation.limits import MAX_SEED, MAX_STOPS
from core.generation.types import SamplingParams
from core.inference.types import ModelInfo
from ui.components import style_choice

_PREFIX = "generation-"
_LENGTH_KEY = f"{_PREFIX}max-new-tokens"


def sampling_panel(info: ModelInfo, max_new_tokens: int) -> SamplingParams:
    """All sampling parameters. Raises `Invalid` where the seed is no whole number."""
    style = style_choice.style_choice()
    length = _length(info, max_new_tokens)
    seed = st.text_input(
        "Seed",
        key=f"{_PREFIX}seed",
        placeholder="a new one each time",
        help=f"A whole number from 0 to {MAX_SEED}. The same seed, prompt and settings give the "
        "same text.",
        persist_state="session",
    )
    stops = st.text_area(
        "Stop at",
        key=f"{_PREFIX}stop",
        height=68,
        placeholder="one text a line",
        help=f"Writing ends before any of these, at most {MAX_STOPS}; one a line.",
        persist_state="session",
    )
    outputs = st.number_input(
        "Outputs",
        min_value=1,
        max_value=4,
        key=f"{_PREFIX}n",
        help="How many texts to write side by side.",
        persist_state="session",
    )
    return SamplingParams(
        max_new_tokens=length,
        temperature=style.temperature,
        top_k=style.top_k,
        top_p=style.top_p,
        repetition_penalty=style.repetition_penalty,
        seed=_seed(seed or ""),
        stop=tuple(line for line in (stops or "").split("\n") if line.strip()),
        n=outputs,
    )


def fill_from(params: SamplingParams) -> None:
    """Let the fields stand at `params`; to be called before they are style. The seed stays free."""
    style_choice.fill_from(params)
    st.session_state[_LENGTH_KEY] = params.max_new_tokens
    st.session_state[f"{_PREFIX}stop"] = "\n".join(params.stop)
    st.session_state[f"{_PREFIX}n"] = min(params.n, 4)


def _length(info: ModelInfo, max_new_tokens: int) -> int:
    longest = min(max_new_tokens, info.context_tokens or max_new_tokens)
    wanted = st.session_state.get(_LENGTH_KEY, SamplingParams.max_new_tokens)
    st.session_state[_LENGTH_KEY] = min(wanted, longest)
    context = (
        f" Prompt and text share {info.context_tokens:,} tokens." if info.context_tokens else ""
    )
    return st.number_input(
        "Longest text, in tokens",
        min_value=1,
        max_value=longest,
        step=32,
        key=_LENGTH_KEY,
        help=f"A token is a word or a part of one.{context}",
        persist_state="session",
    )


def _seed(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal():
        raise Invalid(
            f"The seed “{text}” is no whole number; give one from 0 to {MAX_SEED}, or none."
        )
    return int(text)
