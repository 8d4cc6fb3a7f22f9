"""One result of a job, beside the others: to look at, to judge, and to go on from."""

import streamlit as st

from core.jobs.types import ItemState, Job
from core.permissions import Actor
from ui.components.asked_run import asked_run
from ui.components.batch_words import TASKS
from ui.components.history_actions import OPEN_HELP
from ui.navigation import spec
from ui.resources import workbench
from ui.text import plain


def batch_item(actor: Actor, job: Job, position: int) -> None:
    """Raises `NotFound` where the job has no such item."""
    item = workbench().job_results.item(actor, job.id, position)
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.markdown(f"**{plain(item.name)}**", width="stretch")
        if item.run_id:
            st.page_link(
                spec(TASKS[job.kind]).page(),
                label="Open run",
                icon=":material/open_in_full:",
                help=OPEN_HELP,
                query_params={"run": str(item.run_id)},
            )
    if item.state is ItemState.WAITING:
        st.caption("Not done yet; it appears here once it is.")
    elif item.run_id is None:
        st.warning(plain(item.error or "It failed."), icon=":material/error:")
    else:
        asked_run(actor, item.run_id)
