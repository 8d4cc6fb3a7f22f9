"""The one workbench of this process, shared by every page and every API route."""

import sys

import streamlit as st
import structlog

from core.config import load_settings
from core.doctor import why_away
from core.errors import Unavailable
from core.workbench import FirstAdmin, Workbench, open_workbench

log = structlog.get_logger()


@st.cache_resource(show_spinner=False, on_release=Workbench.close)
def workbench() -> Workbench:
    """Opened by whoever asks first; Streamlit's cache holds a lock meanwhile.

    A database that is away is no reason not to open: it is prepared once it answers.
    """
    bench = open_workbench(load_settings(), tell=_tell)
    try:
        bench.prepare()
    except Unavailable as error:
        log.warning("database_away_at_start", reason=why_away(error))
    except BaseException:
        bench.close()
        raise
    return bench


def say(text: str) -> None:
    """A line for the person who started the process; logs go elsewhere."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _tell(admin: FirstAdmin) -> None:
    say(
        f"First start: sign in as “{admin.username}” with the password  {admin.password}\n"
        "It is shown this once, and you will be asked to choose another."
    )
