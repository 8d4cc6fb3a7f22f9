"""A run as its owner sees it, for reviewers to look at: nothing on the page can be changed."""

from uuid import UUID

import streamlit as st

from core.detection.types import FLOOR, DetectionRun
from core.feedback.types import Feedback
from core.generation.types import GenerationRun
from core.permissions import Actor, Permission
from core.runs.types import Task
from ui.address import run_in_address
from ui.components.answer import answer_line
from ui.components.boxview import run_boxes
from ui.components.described import described_from
from ui.components.detection_thresholds import threshold_words
from ui.components.generation_result import settings_facts, timing_facts
from ui.components.review_detail_ratings import own_words, stars
from ui.components.review_marks import marks_of
from ui.components.tokenstream import token_stream
from ui.navigation import spec
from ui.resources import workbench
from ui.text import boxes, facts, plain

_AS, _OWNER = "as", "owner"


def owner_query(run_id: UUID) -> dict[str, str]:
    """What an address of the run's page says to show it so."""
    return {"run": str(run_id), _AS: _OWNER}


def owner_view(actor: Actor, task: Task) -> bool:
    """Whether the address asks for it, in which case the whole page is drawn.

    Raises `NotAllowed` for whoever may not review, `NotFound` and `Invalid` as the page itself.
    """
    if st.query_params.get(_AS) != _OWNER:
        return False  # what the address says is the page's own affair
    run_id = run_in_address()
    if run_id is None:
        return False
    actor.require(Permission.REVIEW)
    if task is Task.DETECTION:
        _detection(actor, run_id)
    else:
        _generation(actor, run_id)
    return True


def _banner(actor: Actor, run: DetectionRun | GenerationRun, task: Task) -> str:
    name = workbench().triage.names(actor, [run.user_id]).get(run.user_id, "its owner")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f":material/visibility: As {plain(name)} sees it; nothing can be changed here.")
        st.page_link(
            spec(task).page(),
            label="Run again",
            icon=":material/replay:",
            query_params={"run": str(run.id)},
        )
    return name


def _detection(actor: Actor, run_id: UUID) -> None:
    bench = workbench()
    run = bench.detection.get(actor, run_id)
    name = _banner(actor, run, Task.DETECTION)
    left, right = st.columns([7, 4], gap="medium")
    with left:
        judged = bench.verdicts.everybodys(actor, run.id).get(name)
        marks = marks_of([judged]) if judged else None
        run_boxes(run, floor=FLOOR, key="owner-view", marks=marks)
        _rating(actor, run)
    with right:
        st.markdown("**What to look for**")
        st.text(run.prompt)
        st.caption(
            facts(
                f"{plain(run.model)} {run.revision[:8]}",
                f"score threshold {threshold_words(run)}",
                f"text threshold {run.text_threshold:.2f}",
                boxes(len(run.detections)),
            )
        )


def _generation(actor: Actor, run_id: UUID) -> None:
    run = workbench().generation.get(actor, run_id)
    _banner(actor, run, Task.GENERATION)
    left, right = st.columns([7, 4], gap="medium")
    with left:
        token_stream(run, key="owner-view")
        described_from(actor, run)
        _rating(actor, run)
    with right:
        st.markdown("**Prompt**")
        st.code(run.prompt, language=None, wrap_lines=True)
        st.caption(facts(*settings_facts(run), *timing_facts(run)))


def _rating(actor: Actor, run: DetectionRun | GenerationRun) -> None:
    given: Feedback | None = workbench().triage.ratings(actor, run.id).get(run.user_id)
    if given is None:
        st.caption("Not rated by its owner")
        return
    st.markdown(f"**{stars(given.rating)}**")
    own_words(given)
    answer_line(given)
