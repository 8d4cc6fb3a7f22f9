"""How freely words are drawn: three presets, and the numbers behind them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType

import streamlit as st

from core.generation.types import SamplingParams

_PREFIX = "generation-"
_PRESET_KEY = f"{_PREFIX}preset"


@dataclass(frozen=True)
class Style:
    temperature: float
    top_p: float
    top_k: int
    repetition_penalty: float


PRESETS: Mapping[str, Style] = MappingProxyType(
    {
        "Precise": Style(0.0, 1.0, 0, 1.0),
        "Balanced": Style(0.7, 0.95, 0, 1.0),
        "Creative": Style(1.0, 0.98, 0, 1.1),
    }
)
_FIRST = PRESETS["Balanced"]


def style_choice() -> Style:
    """Presets, and the fine tuning that they move; fine tuning is open while it fits no preset."""
    preset = _presets()
    with st.expander("Fine tuning", expanded=preset is None):
        return _fine_tuning()


def fill_from(params: SamplingParams) -> None:
    """Let the fields stand at `params`; to be called before they are drawn."""
    _put(Style(params.temperature, params.top_p, params.top_k, params.repetition_penalty))


def _presets() -> str | None:
    """The preset that the fields stand at; None between them."""
    for name, value in asdict(_FIRST).items():
        st.session_state.setdefault(_PREFIX + name, value)
    now = Style(**{name: st.session_state[_PREFIX + name] for name in asdict(_FIRST)})
    st.session_state[_PRESET_KEY] = next((n for n, p in PRESETS.items() if p == now), None)
    picked: str | None = st.segmented_control(
        "Style",
        list(PRESETS),
        key=_PRESET_KEY,
        on_change=_take_preset,
        width="stretch",
        wrap=True,
        help="Precise always takes the likeliest word; Balanced varies a little; Creative "
        "surprises more, and errs more.",
    )
    return picked


def _take_preset() -> None:
    preset = PRESETS.get(st.session_state[_PRESET_KEY])
    if preset:
        _put(preset)


def _put(style: Style) -> None:
    for name, value in asdict(style).items():
        st.session_state[_PREFIX + name] = value


def _fine_tuning() -> Style:
    return Style(
        temperature=st.slider(
            "Temperature",
            0.0,
            2.0,
            step=0.05,
            key=f"{_PREFIX}temperature",
            help="How freely words are drawn. 0 always takes the likeliest.",
            persist_state="session",
        ),
        top_p=st.slider(
            "Top-p",
            0.05,
            1.0,
            step=0.01,
            key=f"{_PREFIX}top_p",
            help="Only the likeliest words that together make up this share. 1 keeps all.",
            persist_state="session",
        ),
        top_k=st.number_input(
            "Top-k",
            0,
            1000,
            key=f"{_PREFIX}top_k",
            help="Only this many of the likeliest words. 0 keeps all.",
            persist_state="session",
        ),
        repetition_penalty=st.slider(
            "Repetition penalty",
            0.5,
            2.0,
            step=0.05,
            key=f"{_PREFIX}repetition_penalty",
            help="Above 1, words already used become less likely. 1 changes nothing.",
            persist_state="session",
        ),
    )
