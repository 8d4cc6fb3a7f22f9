"""The one button of a new job, and what follows from it."""

from collections.abc import Callable

import streamlit as st

from core.config import Settings
from core.jobs.types import Job
from ui.components.batch_view import View, show_in_address
from ui.session import session


def run_button() -> bool:
    return st.button(
        "Run",
        type="primary",
        key="batch-run",
        shortcut="Ctrl+Enter",
        width="stretch",
        help="Begin (Ctrl+Enter). It goes on while this page is closed.",
    )


def upload_limit(settings: Settings) -> int:
    """The largest file, in MiB as the uploader wants it; just under a size it would round up."""
    return max(1, (settings.max_job_bytes - 1) // 2**20)


def upload_key(name: str) -> str:
    """Another one after each job begun, so that the files are let go of."""
    return f"batch-upload-{name}-{session().batches_sent}"


def send(token: tuple[object, ...], begin: Callable[[], Job]) -> None:
    """Begin a job and open it. The same `token`, as from a second click, opens the same job.

    A second click ends this run of the script wherever the page is touched next, so nothing
    comes between what is begun and what is remembered of it.
    """
    remembered = session()
    if remembered.batch_sent is None or remembered.batch_sent[0] != token:
        remembered.batch_sent = (token, begin().id)
    job_id = remembered.batch_sent[1]
    remembered.batches_sent += 1
    remembered.batch_looked = None
    show_in_address(View(job=job_id))
    st.rerun()
