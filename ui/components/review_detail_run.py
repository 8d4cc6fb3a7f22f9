"""The run that was rated: its picture with everybody's marks, or its text, and how it was made."""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

import streamlit as st

from core.detection.types import FLOOR, DetectionRun
from core.feedback.types import Judgement
from core.permissions import Actor
from core.review.types import RowDetail
from core.runs.types import Task
from ui.components.boxview import Marks, run_boxes
from ui.components.described import described_from
from ui.components.detection_thresholds import threshold_words
from ui.components.generation_result import settings_facts, timing_facts
from ui.components.owner_view import owner_query
from ui.components.review_marks import marks_of
from ui.components.review_words import VERDICT_WORDS
from ui.navigation import spec
from ui.resources import workbench
from ui.text import facts, plain

_EVERYBODY = "everybody"


def run_shown(actor: Actor, detail: RowDetail) -> None:
    erased = detail.row.run_erased_at
    if erased is not None:
        st.info(
            f"What was asked and answered was removed on {erased:%Y-%m-%d}; the rating still "
            "counts.",
            icon=":material/delete_history:",
        )
    elif detail.row.task is Task.DETECTION:
        _detection(actor, detail)
    else:
        _generation(actor, detail.run_id)


def run_made(detail: RowDetail) -> None:
    """Model, time and id, and the ways to the run's own page, where there is something on it."""
    row = detail.row
    took = f"{row.latency_ms:,} ms in all" if row.latency_ms is not None else "not timed"
    at = f"run at {row.run_created_at:%Y-%m-%d %H:%M} UTC"
    model = f"{plain(row.model)} {row.revision[:12]}"
    st.caption(facts(model, took, at, f"run {detail.run_id}"))
    if row.run_erased_at is not None:
        return
    page = spec(row.task).page()
    with st.container(horizontal=True):
        st.page_link(
            page,
            label="Run again",
            icon=":material/replay:",
            query_params={"run": str(detail.run_id)},
            help="Opens it with the same inputs in the fields, ready to be run",
        )
        st.page_link(
            page,
            label="Open as analyst",
            icon=":material/visibility:",
            query_params=owner_query(detail.run_id),
            help="The run as its owner sees it; nothing can be changed there",
        )


def _detection(actor: Actor, detail: RowDetail) -> None:
    run = workbench().detection.get(actor, detail.run_id)
    judged = workbench().verdicts.everybodys(actor, run.id)
    st.caption(f"Looked for: {plain(run.prompt)}")
    run_boxes(run, floor=FLOOR, key="review-view", marks=_chosen_marks(detail, judged))
    st.caption(
        facts(
            f"score threshold {threshold_words(run)}",
            f"text threshold {run.text_threshold:.2f}",
            f"{len(run.detections)} of {len(run.raw)} boxes found",
        )
    )
    _verdicts(run, judged)


def _chosen_marks(detail: RowDetail, judged: Mapping[str, Judgement]) -> Marks | None:
    """Of whoever gave the open rating, somebody else, or everybody at once."""
    if not judged:
        return None
    names = list(judged)
    own = detail.row.username
    if len(names) > 1:
        offered = [_EVERYBODY, *names]
        chosen = st.pills(
            "Marks of",
            offered,
            default=own if own in names else _EVERYBODY,
            format_func=plain,
            key=f"review-marks-{detail.row.feedback.id}",
        )
        names = names if chosen in (None, _EVERYBODY) else [chosen]
    return marks_of([judged[name] for name in names])


def _verdicts(run: DetectionRun, judged: Mapping[str, Judgement]) -> None:
    """Every judged box with who says what of it."""
    lines = []
    for index, box in enumerate(run.raw):
        said = {
            name: each.verdict.value
            for name, judgement in judged.items()
            for each in judgement.verdicts
            if each.index == index
        }
        if said:
            words = {name: VERDICT_WORDS[verdict] for name, verdict in said.items()}
            lines.append({"Box": f"{index + 1} {box.label}", "Score": box.score, **words})
    if lines:
        st.dataframe(
            lines,
            hide_index=True,
            placeholder="",
            height="content",
            column_config={"Score": st.column_config.NumberColumn(format="%.2f", width=60)},
            alt="Verdicts on the boxes, a column for each rater",
        )
    missed = Counter(
        (name, each.label) for name, judgement in judged.items() for each in judgement.missed
    )
    if missed:
        st.caption(
            "Missed: "
            + "; ".join(
                f"{plain(label)}{f' ({count})' if count > 1 else ''}, says {plain(name)}"
                for (name, label), count in missed.items()
            )
        )


def _generation(actor: Actor, run_id: UUID) -> None:
    run = workbench().generation.get(actor, run_id)
    st.caption("Prompt")
    st.code(run.prompt, language=None, wrap_lines=True)
    for place, output in enumerate(run.outputs):
        ended = f", ended by {output.finish_reason}" if output.finish_reason else ""
        st.caption(f"Output {place + 1} of {len(run.outputs)}{ended}")
        st.code(run.whole_text(place), language=None, wrap_lines=True)
    described_from(actor, run)
    if run.claim_count:
        st.caption(f"Claims supported: {run.claim_count.supported} of {run.claim_count.total}")
    st.caption(facts(*settings_facts(run), f"at most {run.params.max_new_tokens} tokens"))
    st.caption(facts(*timing_facts(run)))
