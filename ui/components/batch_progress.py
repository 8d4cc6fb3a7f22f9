"""How far a job is, and what can be done about it."""

import streamlit as st

from core.jobs.types import Job, JobKind, JobState
from core.permissions import Actor, Permission
from ui.components.batch_words import counted, duration, state_words, took
from ui.components.bundle import api_url
from ui.guard import require
from ui.resources import workbench
from ui.text import ago, facts, plain

_CANCEL_HELP = "What is under way is still finished. The rest stays, and can be run with “Retry”."
_FORMATS = {
    "csv": ("CSV", ":material/table:"),
    "jsonl": ("JSON, one line an item", ":material/data_object:"),
    "coco": ("COCO", ":material/dataset:"),
}


def progress(job: Job) -> None:
    """The bar and the line under it; both are always there."""
    share = job.progress
    st.progress(
        share.share, f"{state_words(job)} · {share.done + share.failed:,} of {share.total:,}"
    )
    st.caption(facts(*_figures(job)))
    if job.error:
        st.warning(plain(job.error), icon=":material/error:")


def actions(actor: Actor, job: Job) -> None:
    """Cancel or retry, always in the same place, and the downloads."""
    with st.container(horizontal=True, width="content"):
        if job.state.ended:
            why_not = _why_not_retried(actor, job)
            left = job.progress.waiting + job.progress.failed
            st.button(
                "Retry",
                key="batch-retry",
                icon=":material/replay:",
                disabled=why_not is not None,
                help=why_not
                or f"Run what is left, {counted(job.kind, left)}; what is done stays as it is",
                on_click=_retry,
                args=(job,),
            )
        else:
            st.button(
                "Cancel",
                key="batch-cancel",
                icon=":material/cancel:",
                help=_CANCEL_HELP,
                on_click=_cancel,
                args=(job,),
            )
        if actor.may(Permission.EXPORT_OWN):
            _downloads(job)


def _why_not_retried(actor: Actor, job: Job) -> str | None:
    if not job.retryable:
        return "Nothing is left to run"
    if job.user_id != actor.user_id:
        return "Only whose job it is can go on with it, as it counts for their limits"
    return None


def _downloads(job: Job) -> None:
    done = job.progress.done
    with st.popover(
        "Download",
        icon=":material/download:",
        disabled=not done,
        help=None if done else "Nothing is done yet",
    ):
        st.caption(f"What is done so far, {counted(job.kind, done)}.")
        for name, (label, icon) in _FORMATS.items():
            if name == "coco" and job.kind is not JobKind.DETECT:
                continue
            address = api_url(f"jobs/{job.id}/export?format={name}")
            st.link_button(label, address, icon=icon, width="stretch")


def _figures(job: Job) -> list[str]:
    share = job.progress
    figures = [f"{share.done:,} done", f"{share.failed:,} failed", f"{share.waiting:,} waiting"]
    if job.state is JobState.RUNNING:
        if share.per_minute:
            figures.append(f"{share.per_minute:,.0f} a minute")
        if share.seconds_left is not None:
            figures.append(f"about {duration(share.seconds_left)} left")
    elif job.started_at:
        figures += [f"begun {ago(job.started_at)}", f"took {took(job)}"]
    return figures


def _cancel(job: Job) -> None:
    workbench().jobs.cancel(require(Permission.BATCH), job.id)


def _retry(job: Job) -> None:
    workbench().jobs.retry(require(Permission.BATCH), job.id)
