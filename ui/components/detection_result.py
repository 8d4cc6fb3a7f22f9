"""What a detection found: picture, boxes, table, and the quiet line under them."""

import streamlit as st

from core.detection.types import FLOOR, DetectionRun
from core.permissions import Permission
from core.runs.types import RunStatus
from ui.components.boxview import run_boxes
from ui.guard import require
from ui.text import plain

VIEW_KEY = "detection-view"


@st.fragment
def detection_result(run: DetectionRun) -> None:
    """Score and chips settle here without a run of the whole page."""
    require(Permission.DETECT)
    if run.status is RunStatus.FAILED:
        st.warning("This run failed and found nothing; press Detect to try again.")
    run_boxes(run, floor=FLOOR, key=VIEW_KEY)
    st.caption(
        f"{len(run.detections)} of {len(run.raw)} boxes at the run's score threshold "
        f"{run.least_score:.2f} · {plain(run.model)} `{run.revision[:8]}` · {_timings(run)}"
    )


def _timings(run: DetectionRun) -> str:
    if run.cached:
        return "from the cache, no model run"
    total, forward = run.timings_ms.get("total"), run.timings_ms.get("forward")
    if total is None or forward is None:
        return "no timings"
    return f"{total:.0f} ms, of which {forward:.0f} ms in the model"
