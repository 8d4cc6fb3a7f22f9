"""How freely words are drawn: three presets, and the numbers behind them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType

import streamlit as st

from core.generation.types import SamplingParams
from core.inference.types import TextAbilities
from core.permissions import Permission
from ui.guard import require

_PREFIX = "generation-"
_PRESET_KEY = f"{_PREFIX}preset"


@dataclass(frozen=True)
class Style:
    temperature: float
    top_p: float
    top_k: int
    repetition_penalty: float

    def within(self, abilities: TextAbilities) -> "Style":
        """As an engine of these abilities can draw: what it cannot do is left off."""
        return replace(
            self,
            top_k=self.top_k if abilities.top_k else 0,
            repetition_penalty=self.repetition_penalty if abilities.repetition_penalty else 1.0,
        )


PRESETS: Mapping[str, Style] = MappingProxyType(
    {
        "Precise": Style(0.0, 1.0, 0, 1.0),
        "Balanced": Style(0.7, 0.95, 0, 1.0),
        "Creative": Style(1.0, 0.98, 0, 1.1),
    }
)
_FIRST = PRESETS["Balanced"]


def style_choice(abilities: TextAbilities) -> Style:
    """Presets, and the fine tuning that they move; fine tuning is open while it fits no preset."""
    preset = _presets(abilities)
    with st.expander("Fine tuning", expanded=preset is None):
        return _fine_tuning(abilities)


def fill_from(params: SamplingParams) -> None:
    """Let the fields stand at `params`; to be called before they are drawn."""
    _put(Style(params.temperature, params.top_p, params.top_k, params.repetition_penalty))


def not_available(label: str) -> None:
    """Stands where a control would, for what the model's engine cannot do."""
    st.text_input(
        label,
        key=f"{_PREFIX}unavailable-{label}",
        placeholder="not available on this server",
        disabled=True,
        help="The server that this model runs on has no such setting.",
    )


def _presets(abilities: TextAbilities) -> str | None:
    """The preset that the fields stand at; None between them."""
    for name, value in asdict(_FIRST).items():
        st.session_state.setdefault(_PREFIX + name, value)
    now = Style(**{name: st.session_state[_PREFIX + name] for name in asdict(_FIRST)})
    st.session_state[_PRESET_KEY] = next(
        (n for n, p in PRESETS.items() if p.within(abilities) == now.within(abilities)), None
    )
    picked: str | None = st.segmented_control(
        "Style",
        list(PRESETS),
        key=_PRESET_KEY,
        on_change=_take_preset,
        width="stretch",
        wrap=True,
        help="Precise always takes the likeliest token; Balanced varies a little; Creative "
        "surprises more, and errs more.",
    )
    return picked


def _take_preset() -> None:
    require(Permission.GENERATE)
    preset = PRESETS.get(st.session_state[_PRESET_KEY])
    if preset:
        _put(preset)


def _put(style: Style) -> None:
    for name, value in asdict(style).items():
        st.session_state[_PREFIX + name] = value


def _fine_tuning(abilities: TextAbilities) -> Style:
    temperature = st.slider(
        "Temperature",
        0.0,
        2.0,
        step=0.05,
        key=f"{_PREFIX}temperature",
        help="How freely tokens are drawn. 0 always takes the likeliest.",
        persist_state="session",
    )
    top_p = st.slider(
        "Top-p",
        0.05,
        1.0,
        step=0.01,
        key=f"{_PREFIX}top_p",
        help="Only the likeliest tokens that together make up this share. 1 keeps all.",
        persist_state="session",
    )
    return Style(temperature, top_p, _top_k(abilities), _repetition_penalty(abilities))


def _top_k(abilities: TextAbilities) -> int:
    if not abilities.top_k:
        not_available("Top-k")
        return 0
    return st.number_input(
        "Top-k",
        0,
        1000,
        key=f"{_PREFIX}top_k",
        help="Only this many of the likeliest tokens. 0 keeps all.",
        persist_state="session",
    )


def _repetition_penalty(abilities: TextAbilities) -> float:
    if not abilities.repetition_penalty:
        not_available("Repetition penalty")
        return 1.0
    return st.slider(
        "Repetition penalty",
        0.5,
        2.0,
        step=0.05,
        key=f"{_PREFIX}repetition_penalty",
        help="Above 1, tokens already used become less likely. 1 changes nothing.",
        persist_state="session",
    )
