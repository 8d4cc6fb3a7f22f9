"""A run's boxes as files, fetched from the API by the browser itself."""

import streamlit as st

from core.detection.types import DetectionRun
from core.permissions import Actor, Permission
from core.plugins.types import Takes
from core.runs.types import RunStatus
from ui.components.detection_thresholds import threshold_words
from ui.components.export_links import export_links, run_export

_FORMATS = {
    "png": ("Annotated picture (PNG)", ":material/image:"),
    "json": ("JSON", ":material/data_object:"),
    "csv": ("CSV, one line a box", ":material/table:"),
    "coco": ("COCO", ":material/dataset:"),
}


def downloads(actor: Actor, run: DetectionRun) -> None:
    """The menu; nothing for those who may not take files away."""
    if not actor.may(Permission.EXPORT_OWN) or run.status is not RunStatus.DONE:
        return
    with st.popover("Download", icon=":material/download:"):
        st.caption(f"The boxes from score {threshold_words(run)}, as the run has them.")
        for name, (label, icon) in _FORMATS.items():
            st.link_button(label, run_export(run.id, name), icon=icon, width="stretch")
        export_links(Takes.DETECTION, lambda name: run_export(run.id, name))
