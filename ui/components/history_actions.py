"""What can be done with the runs chosen in the list."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from core.permissions import Actor, Permission
from core.runs.types import RunStatus, RunSummary, Task
from ui.components.bundle import api_url
from ui.components.history_view import View, show
from ui.navigation import spec

OPEN_HELP = "The run as it was, with its rating; change its settings there and run it again"
_FORMATS = {
    "coco": ("COCO", ":material/dataset:"),
    "csv": ("CSV, one line a box", ":material/table:"),
    "json": ("JSON", ":material/data_object:"),
}


def actions(actor: Actor, view: View, chosen: Sequence[RunSummary]) -> None:
    """Always in the same place; what cannot be done says what to choose for it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        _open(chosen)
        _compare(view, chosen)
        _only_picture(view, chosen)
        if actor.may(Permission.EXPORT_OWN):
            _download(chosen)
        st.caption(_counted(len(chosen)))


def _open(chosen: Sequence[RunSummary]) -> None:
    run = chosen[0] if len(chosen) == 1 else None
    st.page_link(
        spec(run.task if run else Task.DETECTION).page(),
        label="Open run",
        icon=":material/open_in_full:",
        disabled=run is None,
        help=OPEN_HELP if run else "Choose one run first",
        query_params={"run": str(run.id)} if run else None,
    )


def _compare(view: View, chosen: Sequence[RunSummary]) -> None:
    why_not = _why_not_compared(chosen)
    compared = view
    if why_not is None:
        earlier, later = sorted(chosen, key=lambda run: (run.created_at, run.id))
        compared = replace(view, compared=(earlier.id, later.id))
    st.button(
        "Compare",
        key="history-compare",
        icon=":material/compare:",
        disabled=why_not is not None,
        help=why_not or "The two side by side, box by box",
        on_click=show,
        args=(compared,),
    )


def _why_not_compared(chosen: Sequence[RunSummary]) -> str | None:
    if len(chosen) != 2:
        return "Tick two detections on the same picture first"
    if not all(map(_has_boxes, chosen)):
        return "Only detections that are done can be compared"
    if chosen[0].image_sha256 != chosen[1].image_sha256:
        return "These two look at different pictures; tick two on the same one"
    return None


def _only_picture(view: View, chosen: Sequence[RunSummary]) -> None:
    pictures = {run.image_sha256 for run in chosen}
    picture = pictures.pop() if len(pictures) == 1 else None
    shown = picture is not None and picture == view.picture
    st.button(
        "Same picture",
        key="history-same-picture",
        icon=":material/filter_alt:",
        disabled=picture is None or shown,
        help="List all your runs on the picture of the run chosen, such as to compare two of them",
        on_click=show,
        args=(View(picture=picture),),
    )


def _download(chosen: Sequence[RunSummary]) -> None:
    wanted = [run for run in chosen if _has_boxes(run)]
    menu = st.popover(
        "Download",
        icon=":material/download:",
        disabled=not wanted,
        help=None
        if wanted
        else "Tick one or more detections first; the box in the table's head ticks all",
    )
    if not wanted:
        return
    with menu:
        noun = "detection" if len(wanted) == 1 else "detections"
        left_out = len(chosen) - len(wanted)
        rest = f"; {left_out} other left out" if left_out else ""
        st.caption(f"{len(wanted)} {noun}, the boxes found by each{rest}.")
        for name, (label, icon) in _FORMATS.items():
            query = urlencode([("format", name), *(("id", str(run.id)) for run in wanted)])
            st.link_button(label, api_url(f"runs/export?{query}"), icon=icon, width="stretch")


def _has_boxes(run: RunSummary) -> bool:
    return run.task is Task.DETECTION and run.status is RunStatus.DONE and run.erased_at is None


def _counted(chosen: int) -> str:
    return f"{chosen} chosen" if chosen else "Click a run, or tick several."
