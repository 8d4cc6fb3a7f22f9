"""What everybody is told, above every page."""

import streamlit as st

from core.system.types import Notice
from ui.resources import workbench
from ui.session import session
from ui.text import plain
from ui.zone import day_and_time


def notice_banner() -> None:
    """The notice, where there is one; the tab remembers which, to see when it is another one."""
    notice = workbench().notices.current()
    session().notice_shown = None if notice is None else notice.id
    if notice is not None:
        st.warning(words_of(notice), icon=":material/campaign:")


def words_of(notice: Notice) -> str:
    """In Markdown, with the end where it has one."""
    end = f"  \n:small[Until {day_and_time(notice.until)}]" if notice.until else ""
    return plain(notice.text) + end
