"""How everything stands, told anew every few seconds; what is chosen or open stays so."""

import streamlit as st

from core.clock import now
from core.permissions import Permission
from core.system.types import Process, SystemStatus
from ui.components.system_figures import system_figures
from ui.components.system_models import system_models
from ui.components.system_problems import system_problems
from ui.components.system_texts import system_texts
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.session import session
from ui.text import facts, lasted, plain

_EVERY_S = 5


def system_view() -> None:
    if session().arrived:
        session().system_told = None
    _live()


@st.fragment(run_every=_EVERY_S)
def _live() -> None:
    actor = require(Permission.VIEW_SYSTEM)
    with shown():
        status = workbench().system.status(actor)
        _follow(status)
        _process(status.process)
        system_models(status)
        system_texts(status.texts)
        system_figures(status)
        system_problems(status.problems, status.process.started_at)


def _follow(status: SystemStatus) -> None:
    """Draw the page whole once a model's state is another one: it stands beside every page too."""
    states = tuple(each.standing.info.state for each in status.models)
    before, session().models_shown = session().models_shown, states
    if before and before != states:
        st.rerun()


def _process(process: Process) -> None:
    """Whose figures these are, and what came of the last act, in a place of its own."""
    up = lasted((now() - process.started_at).total_seconds())
    st.caption(
        facts(f"Process {process.pid} on {plain(process.host)}", f"up {up}", "told every 5 s")
        + "  \nModels, texts and problems are of this process; other processes have their own."
    )
    with st.container():
        if session().system_told:
            st.info(plain(session().system_told or ""), icon=":material/info:")
