"""A run's boxes as post-processors leave them: a second look, under the run's own."""

from dataclasses import replace

import streamlit as st

from core.detection.types import FLOOR, DetectionRun
from core.permissions import Actor
from ui.components.boxview import run_boxes
from ui.errors import shown
from ui.resources import workbench
from ui.text import boxes, facts, plain

_KEY = "detection-postprocess"


def postprocessing(actor: Actor, run: DetectionRun) -> None:
    """Nothing where no post-processor is installed."""
    titles = {each.name: each.title for each in workbench().plugins.postprocessors()}
    if not titles:
        return
    chosen = st.multiselect(
        "Post-processing",
        list(titles),
        key=_KEY,
        format_func=lambda name: plain(titles[name]),
        placeholder="none",
        help="A second look at the boxes found, in the order chosen. The run keeps its own boxes: "
        "they are what is judged, rated and downloaded.",
        persist_state="session",
    )
    if chosen:
        with shown():
            _processed(actor, run, chosen)


def _processed(actor: Actor, run: DetectionRun, chosen: list[str]) -> None:
    made = workbench().plugins.processed(actor, run.id, chosen)
    view = replace(
        run,
        raw=made.detections,
        box_threshold=FLOOR,
        text_threshold=FLOOR,
        phrase_thresholds={},
    )
    run_boxes(view, floor=0.0, key=f"{_KEY}-view")
    changed = sum(place is None for place in made.places)
    st.caption(
        facts(
            f"a view of {boxes(len(run.detections))} found",
            f"{boxes(len(made.detections))} left",
            f"{changed} of them changed" if changed else "",
        )
    )
