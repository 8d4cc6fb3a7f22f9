"""How everything stands, told anew every few seconds; what is chosen or open stays so."""

import streamlit as st

from core.clock import now
from core.permissions import Permission
from core.system.types import Process
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


@st.fragment(run_every=_EVERY_S)
def system_view() -> None:
    actor = require(Permission.VIEW_SYSTEM)
    with shown():
        status = workbench().system.status(actor)
        _process(status.process)
        system_models(status)
        system_texts(status.texts)
        system_figures(status)
        system_problems(status.problems, status.process.started_at)


def _process(process: Process) -> None:
    """Whose figures these are, and what came of the last act, in a place of its own."""
    up = lasted((now() - process.started_at).total_seconds())
    st.caption(
        facts(f"Process {process.pid} on {plain(process.host)}", f"up {up}", "told every 5 s")
        + "  \nModels, texts and problems are of this process; other processes have their own."
    )
    if session().arrived:
        session().system_told = None
    with st.container():
        if session().system_told:
            st.info(plain(session().system_told or ""), icon=":material/info:")
