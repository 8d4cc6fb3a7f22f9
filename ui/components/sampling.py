"""How the writer draws its tokens, in plain words."""

import re
from dataclasses import replace

import streamlit as st

from core.errors import Invalid
from core.generation.limits import MAX_ALTERNATIVES, MAX_OUTPUTS, MAX_SEED, MAX_STOPS
from core.generation.types import SamplingParams
from core.inference.types import ModelInfo, TextAbilities
from ui.components import style_choice

_PREFIX = "generation-"
_LENGTH_KEY = f"{_PREFIX}max-new-tokens"
_SEED_KEY = f"{_PREFIX}seed"
_STOP_KEY = f"{_PREFIX}stop"
_OUTPUTS_KEY = f"{_PREFIX}n"
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_MEANT = {escape: character for character, escape in _ESCAPES.items()}


def sampling_panel(info: ModelInfo, max_new_tokens: int) -> SamplingParams:
    """All sampling parameters. Raises `Invalid` where the seed is no whole number."""
    abilities = info.abilities or TextAbilities()
    style = style_choice.style_choice(abilities)
    length = _length(info, max_new_tokens)
    seed = _seed(abilities)
    stops = st.text_area(
        "Stop strings",
        key=_STOP_KEY,
        height=68,
        placeholder="one a line",
        help=f"Writing ends before any of these, at most {MAX_STOPS}; one a line. `\\n` stands "
        "for a new line.",
        persist_state="session",
    )
    outputs = st.number_input(
        "Outputs",
        min_value=1,
        max_value=MAX_OUTPUTS,
        key=_OUTPUTS_KEY,
        help="How many sequences to write side by side, each with a seed of its own.",
        persist_state="session",
    )
    return SamplingParams(
        max_new_tokens=length,
        temperature=style.temperature,
        top_k=style.top_k,
        top_p=style.top_p,
        repetition_penalty=style.repetition_penalty,
        seed=_whole(seed),
        stop=tuple(_read(line) for line in (stops or "").split("\n") if line.strip()),
        n=outputs,
    )


def with_alternatives(params: SamplingParams, info: ModelInfo) -> SamplingParams:
    """The same, asking for what the token view shows, where the engine tells it."""
    abilities = info.abilities or TextAbilities()
    return replace(params, top_logprobs=MAX_ALTERNATIVES if abilities.logprobs else 0)


def fill_from(params: SamplingParams) -> None:
    """Let the fields stand at `params`; to be called before they are drawn. The seed is freed."""
    style_choice.fill_from(params)
    st.session_state[_LENGTH_KEY] = params.max_new_tokens
    st.session_state[_SEED_KEY] = ""
    st.session_state[_STOP_KEY] = "\n".join(_written(stop) for stop in params.stop)
    st.session_state[_OUTPUTS_KEY] = params.n


def use_seed(seed: int) -> None:
    """Let the next run draw with `seed`; to be called before the fields are drawn."""
    st.session_state[_SEED_KEY] = str(seed)


def _length(info: ModelInfo, max_new_tokens: int) -> int:
    longest = min(max_new_tokens, info.context_tokens or max_new_tokens)
    wanted = st.session_state.get(_LENGTH_KEY, SamplingParams.max_new_tokens)
    st.session_state[_LENGTH_KEY] = min(wanted, longest)
    context = (
        f" Prompt and text share {info.context_tokens:,} tokens." if info.context_tokens else ""
    )
    return st.number_input(
        "Max new tokens",
        min_value=1,
        max_value=longest,
        step=32,
        key=_LENGTH_KEY,
        help=f"The longest text. A token is a word or a part of one.{context}",
        persist_state="session",
    )


def _seed(abilities: TextAbilities) -> str:
    if not abilities.seed:
        style_choice.not_available("Seed")
        return ""
    text = st.text_input(
        "Seed",
        key=_SEED_KEY,
        placeholder="a new one each time",
        help=f"A whole number from 0 to {MAX_SEED}. The same seed, prompt and settings give the "
        "same text.",
        persist_state="session",
    )
    return (text or "").strip()


def _whole(text: str) -> int | None:
    """Raises `Invalid`; to be called once all is drawn, so that no field is missing then."""
    if not text:
        return None
    if not text.isdecimal():
        raise Invalid(
            f"The seed “{text}” is no whole number; give one from 0 to {MAX_SEED}, or none."
        )
    return int(text)


def _written(stop: str) -> str:
    """A stop string on one line."""
    return "".join(_ESCAPES.get(character, character) for character in stop)


def _read(line: str) -> str:
    return re.sub(r"\\[\\nt]", lambda found: _MEANT[found[0]], line)
