"""Somebody else's run as it is rated: to look at and to judge, with nothing to make of it."""

from uuid import UUID

import streamlit as st

from core.detection.types import FLOOR, DetectionRun
from core.generation.types import GenerationRun
from core.permissions import Actor, Permission
from core.runs.types import RunStatus, Task
from ui.components.boxview import Judged, run_boxes
from ui.components.described import described_from
from ui.components.detection_verdicts import judged
from ui.components.generation_result import settings_facts, timing_facts
from ui.components.rating import rating_panel
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.text import boxes, facts, plain


def asked_run(actor: Actor, run_id: UUID) -> None:
    """The run and its rating. Raises `NotFound` where it is not, or no more, theirs to rate."""
    bench = workbench()
    report = False
    task = bench.runs.task_of(actor, run_id)
    if task is Task.DETECTION:
        _detection(bench.detection.get(actor, run_id))
    else:
        run = bench.generation.get(actor, run_id)
        report = run.described is not None
        _generation(actor, run)
    rating_panel(run_id, task, key="asked", report=report)


@st.fragment
def _detection(run: DetectionRun) -> None:
    """Judging a box needs no run of the whole page."""
    actor = require(Permission.RATE)
    said: Judged | None = None
    with shown():
        said = judged(actor, run)
    st.caption(f"Looked for: {plain(run.prompt)}")
    run_boxes(run, floor=FLOOR, key="asked-view", judged=said)
    st.caption(
        facts(
            f"{len(run.detections)} of {boxes(len(run.raw))} at or above the run's threshold",
            f"{plain(run.model)} {run.revision[:8]}",
        )
        if run.status is RunStatus.DONE
        else "This run failed and has no boxes."
    )


def _generation(actor: Actor, run: GenerationRun) -> None:
    st.caption("Prompt")
    st.code(run.prompt, language=None, wrap_lines=True)
    for place, output in enumerate(run.outputs):
        ended = f", ended by {output.finish_reason}" if output.finish_reason else ""
        st.caption(f"Output {place + 1} of {len(run.outputs)}{ended}")
        st.code(run.whole_text(place), language=None, wrap_lines=True)
    described_from(actor, run)
    st.caption(facts(*settings_facts(run), *timing_facts(run)))
