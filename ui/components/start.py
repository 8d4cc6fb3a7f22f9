"""The parts of the start page."""

import streamlit as st

from core.feedback.types import ReviewStatus
from core.permissions import Actor, Permission
from core.review.filters import to_query
from core.review.types import FeedbackFilter
from core.runs.types import RunStatus, RunSummary, Task
from ui.components.batch_home import newest_job
from ui.components.status import model_line
from ui.errors import shown
from ui.navigation import spec
from ui.resources import workbench
from ui.text import ago, plain, prompt_line

_SHOWN = 8
_PROMPT_CHARS = 44
_ACTIONS = {
    Task.DETECTION: ("Find objects in a picture", "Type what to look for; boxes show where it is."),
    Task.GENERATION: ("Write text", "Type a prompt and watch the text arrive."),
}
_ENDED = {
    RunStatus.RUNNING: " · running",
    RunStatus.DONE: "",
    RunStatus.STOPPED: " · stopped",
    RunStatus.FAILED: " · failed",
}


def actions(actor: Actor) -> None:
    for column, (task, (label, what)) in zip(st.columns(2), _ACTIONS.items(), strict=True):
        page = spec(task)
        if page.allowed_to(actor):
            with column.container(border=True):
                st.subheader(f":material/{page.icon}: {page.title}")
                st.caption(what)
                if st.button(label, key=f"go_{task}", type="primary", width="stretch"):
                    st.switch_page(page.page())


def recent_runs(actor: Actor) -> None:
    """One's own latest runs of both tasks; each opens as it was."""
    st.subheader("Where you were")
    if not actor.may(Permission.HISTORY):
        st.caption(f"Runs of the role “{actor.role}” are not listed here.")
        return
    newest_job(actor)
    with shown():
        latest = workbench().runs.recent(actor, limit=_SHOWN)
        if not latest:
            st.info("No runs yet. What you detect or write appears here, ready to be opened again.")
        for run in latest:
            _run(run)
        if latest:
            st.page_link(
                spec("history").page(), label="All your runs", icon=":material/arrow_forward:"
            )


def waiting_feedback(actor: Actor) -> None:
    st.subheader("Feedback")
    with shown():
        waiting = workbench().review.header(actor, FeedbackFilter()).current.untriaged
        if not waiting:
            st.caption("Nothing waits for triage.")
            return
        noun = "rating waits" if waiting == 1 else "ratings wait"
        st.page_link(
            spec("feedback").page(),
            label=f"{waiting:,} {noun} for triage",
            query_params=to_query(FeedbackFilter(status=ReviewStatus.NEW)),
        )


def models() -> None:
    st.subheader("Models")
    with shown():
        infos = workbench().models.infos()
        if not infos:
            st.warning("No model is set up; add one to models.toml and start again.")
        for info in infos:
            reason = f"  \n{plain(info.reason)}" if info.reason else ""
            st.caption(f"{model_line(info)}{reason}")


def _run(run: RunSummary) -> None:
    page = spec(run.task)
    rated = f" · rated {run.rating} of 5" if run.rating else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            page.page(),
            label=plain(prompt_line(run.prompt, _PROMPT_CHARS)),
            icon=f":material/{page.icon}:",
            query_params={"run": str(run.id)},
        )
        st.caption(f"{plain(run.model)} · {ago(run.created_at)}{_ENDED[run.status]}{rated}")
