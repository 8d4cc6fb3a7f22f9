"""What a detection found: picture, boxes, table, and the quiet lines under them."""

import streamlit as st

from core.detection.types import FLOOR, DetectionRun
from core.permissions import Permission
from core.runs.types import RunStatus
from ui.components.boxview import Judged, run_boxes
from ui.components.detection_describe import describe_actions
from ui.components.detection_downloads import downloads
from ui.components.detection_notices import alone_button, alone_table, label_notices
from ui.components.detection_postprocess import postprocessing
from ui.components.detection_thresholds import threshold_words
from ui.components.detection_verdicts import judged
from ui.errors import shown
from ui.guard import require
from ui.text import boxes, facts, plain

VIEW_KEY = "detection-view"


@st.fragment
def detection_result(run: DetectionRun) -> None:
    """Judging a box, and running phrases alone, need no run of the whole page."""
    actor = require(Permission.DETECT)
    if run.status is RunStatus.FAILED:
        st.warning("This run failed and has no boxes; press Detect to try again.")
        run_boxes(run, floor=FLOOR, key=VIEW_KEY)
        return
    said: Judged | None = None
    with shown():
        said = judged(actor, run)
    run_boxes(run, floor=FLOOR, key=VIEW_KEY, judged=said)
    st.caption(
        facts(
            f"{len(run.detections)} of {boxes(len(run.raw))} at or above the run's threshold "
            f"{threshold_words(run)}"
            if run.raw
            else "no boxes",
            f"{plain(run.model)} {run.revision[:8]}",
            *_timings(run),
        )
    )
    label_notices(run)
    with st.container(horizontal=True, gap="xsmall"):
        describe_actions(actor, run, said)
        alone_button(run)
        downloads(actor, run)
    alone_table(run)
    postprocessing(actor, run)


def _timings(run: DetectionRun) -> list[str]:
    if run.cached:
        return ["answered from an earlier run"]
    total, forward = run.timings_ms.get("total"), run.timings_ms.get("forward")
    if total is None or forward is None:
        return ["no timings"]
    return [f"{total:.0f} ms in all", f"{forward:.0f} ms in the model"]
