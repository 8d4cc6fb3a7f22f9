"""What a detection needs beside its picture: phrases, model, threshold; and the button."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.detection.types import FLOOR, DetectionParams, DetectionRun
from core.inference.types import ModelInfo
from core.permissions import Actor
from core.runs.types import Task
from ui.components.detection_models import model_list
from ui.components.detection_thresholds import own_cuts_note
from ui.components.model_choice import about_model, picked_model
from ui.picture_choice import PHRASES_KEY
from ui.resources import workbench
from ui.session import Source
from ui.text import plain

_MODEL_KEY = "detection-model"
_CAPTION_KEY = "detection-caption"


@dataclass(frozen=True)
class DetectionAsk:
    prompt: str
    model: str
    params: DetectionParams
    about: DeltaGenerator
    """Where the page tells of the model."""

    def renew(self) -> None:
        """Tell how the model stands now: the call may have loaded it, or found it away."""
        with self.about.container():
            about_model(workbench().models.info(Task.DETECTION, self.model))


def phrases_field() -> str:
    st.session_state.setdefault(PHRASES_KEY, "")
    return (
        st.text_area(
            "What to look for",
            key=PHRASES_KEY,
            height=96,
            placeholder="red circle. blue star.",
            help="Short noun phrases, parted by full stops, commas or new lines. Examples: "
            "`red circle. blue star.` for the bundled model, `a dog. traffic light.` for one "
            "that knows photographs.",
            persist_state="session",
        )
        or ""
    )


def settings_fields(actor: Actor, prompt: str) -> DetectionAsk:
    """Model, its way of reading, and threshold. Raises `Unavailable` where there is no model."""
    info = picked_model(Task.DETECTION, key=_MODEL_KEY)
    about = st.empty()
    with about.container():
        about_model(info)
    model_list()
    caption = info.grounds_captions and _caption_switch(info)
    key = _threshold_key(info.id)
    st.session_state.setdefault(key, _default(info))
    threshold = st.slider(
        "Score threshold of the next run",
        min_value=FLOOR,
        max_value=1.0,
        step=0.01,
        key=key,
        help="What a box must score to count as found, in the record and in exports. The model's "
        f"own default is {_default(info)}.",
        persist_state="session",
    )
    own_cuts_note(actor, info, prompt, stated=threshold != _default(info), caption=caption)
    st.caption(
        "Decides what counts as found. “Show from score” under the picture changes the view only, "
        f"down to {FLOOR}, without a new run."
    )
    params = DetectionParams(_own(threshold, info), caption=caption)
    return DetectionAsk(prompt, info.id, params, about)


def fill_from(run: DetectionRun) -> None:
    """Let the fields stand as they stood for `run`; to be called before they are drawn."""
    st.session_state[PHRASES_KEY] = run.prompt
    st.session_state[_MODEL_KEY] = run.model
    st.session_state[_CAPTION_KEY] = run.caption
    st.session_state[_threshold_key(run.model)] = max(FLOOR, run.box_threshold)


def detect(
    actor: Actor, asked: DetectionAsk, source: Source | None, before: DetectionRun | None
) -> DetectionRun:
    """Detect in `source`, or where nothing is chosen in the picture of the run `before`.

    Raises what `DetectionService.detect` does.
    """
    service = workbench().detection
    if source is None and before:
        run = service.detect_again(actor, before.id, asked.prompt, asked.params, asked.model)
    else:
        content = source.content if source else None
        run = service.detect(actor, content, asked.prompt, asked.params, asked.model)
    workbench().signals.began(actor, run.id)
    return run


def _caption_switch(info: ModelInfo) -> bool:
    st.session_state.setdefault(_CAPTION_KEY, False)
    on = st.toggle(
        "Read as a caption",
        key=_CAPTION_KEY,
        help="For a description in one sentence, such as “a man with a red hat beside a dog”: the "
        "model finds by itself which of its words name something in the picture, and they are "
        "marked in it. Off: phrases, each looked for as it stands.",
        persist_state="session",
    )
    if on and info.on_captions:
        st.caption(f"From the card of {plain(info.id)}: {plain(info.on_captions)}")
    return on


def _own(threshold: float, info: ModelInfo) -> float | None:
    """None where it is the model's default, so that the record says so."""
    return None if threshold == _default(info) else threshold


def _default(info: ModelInfo) -> float:
    return max(FLOOR, info.box_threshold)


def _threshold_key(model: str) -> str:
    return f"detection-threshold-{model}"
