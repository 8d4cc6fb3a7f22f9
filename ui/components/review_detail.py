"""One rating beside the table: what was rated, how it was made, who else rated it, its status."""

from datetime import datetime
from uuid import UUID

import streamlit as st

from core.detection.types import FLOOR
from core.feedback.types import Feedback, ReviewStatus
from core.permissions import Actor, Permission
from core.review.types import RowDetail
from core.runs.types import Task
from ui.components.boxview import run_boxes
from ui.components.described import described_from
from ui.components.generation_result import settings_facts, timing_facts
from ui.components.review_filters import STATUS_WORDS
from ui.components.review_view import View, open_row
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.text import facts, plain


def row_detail(actor: Actor, view: View, feedback_id: UUID) -> None:
    """The rating that the address names. Raises `NotFound` where it was withdrawn."""
    detail = workbench().review.detail(actor, feedback_id)
    with st.container(border=True):
        _who(view, detail)
        _status(detail.row.feedback)
        if detail.row.task is Task.DETECTION:
            _detection(actor, detail.run_id)
        else:
            _generation(actor, detail.run_id)
        st.caption(_made(detail))
        _ratings(detail)


def _who(view: View, detail: RowDetail) -> None:
    given = detail.row.feedback
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.markdown(f"**{_stars(given.rating)}**", width="content")
        st.button(
            "Close",
            key="review-close",
            type="tertiary",
            icon=":material/close:",
            on_click=open_row,
            args=(view, None),
        )
    at = f"{given.updated_at:%Y-%m-%d %H:%M} UTC"
    st.caption(facts(f"by {plain(detail.row.username)}", at))
    if given.comment:
        st.text(given.comment)
    if given.failed_step:
        st.caption(f"Failed step: {given.failed_step}")
    if given.tags:
        st.markdown(" ".join(f":gray-badge[{plain(tag)}]" for tag in given.tags))


def _status(given: Feedback) -> None:
    key = f"review-status-{given.id}"
    st.session_state[key] = given.review_status
    st.segmented_control(
        "Status",
        list(ReviewStatus),
        key=key,
        required=True,
        format_func=lambda status: STATUS_WORDS[status],
        on_change=_set_status,
        args=(key, given.id, given.updated_at),
    )


def _set_status(key: str, feedback_id: UUID, seen_at: datetime) -> None:
    actor = require(Permission.REVIEW)
    with shown():
        workbench().review.set_status(actor, feedback_id, st.session_state[key], seen_at)


def _detection(actor: Actor, run_id: UUID) -> None:
    run = workbench().detection.get(actor, run_id)
    st.caption(f"Looked for: {plain(run.prompt)}")
    run_boxes(run, floor=FLOOR, key="review-view")
    st.caption(
        facts(
            f"score threshold {run.box_threshold:.2f}",
            f"text threshold {run.text_threshold:.2f}",
            f"{len(run.detections)} of {len(run.raw)} boxes found",
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


def _made(detail: RowDetail) -> str:
    row = detail.row
    took = f"{row.latency_ms:,} ms in all" if row.latency_ms is not None else "not timed"
    at = f"run at {row.run_created_at:%Y-%m-%d %H:%M} UTC"
    return facts(f"{plain(row.model)} {row.revision[:12]}", took, at, f"run {detail.run_id}")


def _ratings(detail: RowDetail) -> None:
    others = [pair for pair in detail.all_ratings if pair[1].id != detail.row.feedback.id]
    noun = "rating" if len(detail.all_ratings) == 1 else "ratings"
    st.caption(f"{len(detail.all_ratings)} {noun} of this run")
    for name, given in others:
        comment = f": {plain(given.comment)}" if given.comment else ""
        st.markdown(f"{_stars(given.rating)} {plain(name)}{comment}")


def _stars(rating: int) -> str:
    return f"{'★' * rating}{'☆' * (5 - rating)} {rating} of 5"
