"""One's newest job, on the start page."""

import streamlit as st

from core.permissions import Actor, Permission
from ui.components.batch_words import state_words
from ui.errors import shown
from ui.navigation import spec
from ui.resources import workbench
from ui.text import ago, facts, plain, shortened

_NAME_CHARS = 40


def newest_job(actor: Actor) -> None:
    """Nothing for those who have none."""
    if not actor.may(Permission.BATCH):
        return
    with shown():
        for job in workbench().jobs.listed(actor, limit=1).jobs:
            page = spec("batch")
            with st.container(horizontal=True, vertical_alignment="center"):
                st.page_link(
                    page.page(),
                    label=plain(shortened(job.name, _NAME_CHARS)),
                    icon=f":material/{page.icon}:",
                    query_params={"job": str(job.id)},
                )
                done = f"{job.progress.done + job.progress.failed:,} of {job.progress.total:,}"
                when = ago(job.ended_at or job.created_at)
                st.caption(facts(state_words(job), done, when))
