"""One job: how far it is, what came of it, and one result to look at and to judge."""

from uuid import UUID

import streamlit as st

from core.jobs.types import Job
from core.permissions import Actor, Permission
from ui.components.batch_item import batch_item
from ui.components.batch_progress import actions, progress
from ui.components.batch_results import layout_choice, results
from ui.components.batch_view import View, show, view_in_address
from ui.components.batch_words import ICONS, asked_facts
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.text import facts, plain

_LOOK_AGAIN_S = 2


def batch_job(actor: Actor, view: View, job_id: UUID) -> None:
    """Raises `NotFound` where there is no such job, or it is somebody else's."""
    job = workbench().jobs.get(actor, job_id)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.title(f":material/{ICONS[job.kind]}: {plain(job.name)}", width="content")
        st.button(
            "All jobs",
            key="batch-back",
            icon=":material/arrow_back:",
            on_click=show,
            args=(view.opened(None),),
        )
    whose = f"by {plain(job.username)}" if job.user_id != actor.user_id else ""
    st.caption(facts(asked_facts(job), whose))
    again = None if job.state.ended else _LOOK_AGAIN_S
    st.fragment(_head, run_every=again)(view, job)
    wide, *beside = st.columns([1] if view.item is None else [1, 1], gap="medium")
    with wide:
        st.fragment(_results, run_every=again)(view, job)
    if view.item is not None:
        with beside[0], shown():
            batch_item(actor, job, view.item)


def _head(view: View, before: Job) -> None:
    actor = require(Permission.BATCH)
    with shown():
        job = _followed(actor, view, before)
        progress(job)
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            actions(actor, job)
            layout_choice(job, view)


def _results(view: View, before: Job) -> None:
    actor = require(Permission.BATCH)
    with shown():
        results(actor, _followed(actor, view, before), view)


def _followed(actor: Actor, view: View, before: Job) -> Job:
    """The job as it stands. The whole page is drawn once more where it shows something else by
    now, such as at the end of the job, when nothing needs to look again by itself."""
    job = workbench().jobs.get(actor, before.id)
    if view_in_address() != view or job.state.ended != before.state.ended:
        st.rerun()
    return job
