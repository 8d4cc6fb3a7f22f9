"""What a detection found: picture, boxes, table, and the quiet line under them."""

import streamlit as st

from core.detection.types import FLOOR, DetectionRun
from core.permissions import Permission
from core.runs.types import RunStatus
from ui.components.boxview import run_boxes
from ui.guard import require
from ui.text import facts, plain, shortened

VIEW_KEY = "detection-view"
_PHRASE_CHARS = 60


@st.fragment
def detection_result(run: DetectionRun) -> None:
    """Score and chips settle here without a run of the whole page."""
    require(Permission.DETECT)
    if run.status is RunStatus.FAILED:
        st.warning("This run failed and found nothing; press Detect to try again.")
    run_boxes(run, floor=FLOOR, key=VIEW_KEY)
    st.caption(
        facts(
            f"{len(run.detections)} of {len(run.raw)} boxes reach the run's threshold "
            f"{run.least_score:.2f}",
            f"{plain(run.model)} {run.revision[:8]}",
            *_timings(run),
        )
    )
    missing = [phrase for phrase in run.phrases if phrase not in {d.label for d in run.raw}]
    if missing and run.raw:
        named = ", ".join(f"“{plain(shortened(phrase, _PHRASE_CHARS))}”" for phrase in missing)
        st.caption(f"No box at any score for {named}; the model may not know the words.")


def _timings(run: DetectionRun) -> list[str]:
    if run.cached:
        return ["from the cache, no model run"]
    total, forward = run.timings_ms.get("total"), run.timings_ms.get("forward")
    if total is None or forward is None:
        return ["no timings"]
    return [f"{total:.0f} ms in all", f"{forward:.0f} ms in the model"]
